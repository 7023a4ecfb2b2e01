package org.lazaruspit.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitListener;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** A poll of many cells of ten agents each, all of which run: nothing has changed. */
final class QuietPoll {

  private static final int AGENTS = 10;
  private static final int ROUNDS = 25;

  private QuietPoll() {}

  static void run(Path folder, int cells) throws IOException, InterruptedException {
    MissionStore store = MissionStore.open(Files.createDirectories(folder.resolve("missions")));
    for (int i = 0; i < cells; i++) {
      NewCell.Builder cell = NewCell.builder("Cell " + i);
      for (int agent = 0; agent < AGENTS; agent++) {
        cell.agent(AgentSpec.of("agent-" + agent, "Agent", Role.WRITE));
      }
      store.create(cell.build());
    }
    PitConfig config =
        PitConfig.parse(
            folder.resolve("config.json"),
            "{\"poll_interval\": 3600, \"missions_path\": \"%s\"}"
                .formatted(folder.resolve("missions")));
    BlockingQueue<Integer> rounds = new LinkedBlockingQueue<>();
    try (LazarusPit pit =
        LazarusPit.builder(config)
            .reviver(new AllRun())
            .listener(
                new PitListener() {
                  @Override
                  public void roundEnded(PitReport report) {
                    rounds.add(report.agents().size());
                  }
                })
            .build()) {
      long begun = System.nanoTime();
      pit.start();
      rounds.take();
      System.out.printf(
          "%d cells of %d agents; first poll %.0f ms%n",
          cells, AGENTS, (System.nanoTime() - begun) / 1e6);
      measure(pit, rounds);
    }
  }

  private static void measure(LazarusPit pit, BlockingQueue<Integer> rounds)
      throws InterruptedException {
    List<Long> self = List.of(ProcessHandle.current().pid());
    List<Double> times = new ArrayList<>();
    double cpu = ProcessFigures.cpuSeconds(self);
    for (int i = 0; i < ROUNDS; i++) {
      long begun = System.nanoTime();
      pit.wakeUp();
      rounds.take();
      times.add((System.nanoTime() - begun) / 1e6);
    }
    System.out.println(Spread.of(times).line("a quiet poll, ms"));
    System.out.printf(
        "CPU %.0f ms a poll%n", 1000 * (ProcessFigures.cpuSeconds(self) - cpu) / ROUNDS);
  }

  /** What is asked here is the loop, not the machine: ten thousand real ones don't fit. */
  private static final class AllRun implements Reviver {
    @Override
    public String name() {
      return "all-run";
    }

    @Override
    public Presence presence(AgentRef agent) {
      return new Presence.Running(
          new RunningAgent(agent, 0, "assumed", new java.util.concurrent.CompletableFuture<>()));
    }

    @Override
    public StopOutcome stop(StopOrder order) {
      return new StopOutcome.StillThere("nothing is stopped here");
    }

    @Override
    public RunningAgent start(StartOrder order) throws IOException {
      throw new IOException("nothing is started here");
    }
  }
}
