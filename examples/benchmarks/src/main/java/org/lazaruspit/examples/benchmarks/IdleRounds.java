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

/** Measures rounds over many cells of ten running agents each, without any change. */
final class IdleRounds {

  private static final int AGENTS = 10;
  private static final int ROUNDS = 25;

  private IdleRounds() {}

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
            .reviver(new AlwaysRunning())
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
          "%d cells of %d agents; first round %.0f ms%n",
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
    System.out.println(TimeSummary.of(times).line("an idle round, ms"));
    System.out.printf(
        "CPU %.0f ms per round%n", 1000 * (ProcessFigures.cpuSeconds(self) - cpu) / ROUNDS);
  }

  /**
   * Reviver that reports each agent as running: the benchmark measures the loop without real
   * processes.
   */
  private static final class AlwaysRunning implements Reviver {
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
      return new StopOutcome.StillThere("this benchmark stops no agent");
    }

    @Override
    public RunningAgent start(StartOrder order) throws IOException {
      throw new IOException("this benchmark starts no agent");
    }
  }
}
