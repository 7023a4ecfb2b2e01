package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.testkit.MemoryReviver;
import org.lazaruspit.pit.testkit.MemoryReviver.World;

/** A pit with a plug-in built against another version. */
@Timeout(60)
final class PitWithABrokenPluginTest {

  @TempDir Path folder;

  /** Fails for one agent, in presence or in start. */
  private static final class Broken extends MemoryReviver {
    private final String at;

    Broken(String at) {
      super(new World());
      this.at = at;
    }

    @Override
    public Presence presence(AgentRef agent) throws IOException, InterruptedException {
      if (at.equals("presence") && agent.agentId().equals("bad")) {
        throw new AbstractMethodError("presence");
      }
      return super.presence(agent);
    }

    @Override
    public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
      if (order.agent().agentId().equals("bad")) {
        throw new NoClassDefFoundError("theirs/Gone");
      }
      return super.start(order);
    }
  }

  private final BlockingQueue<Revival> ended = new LinkedBlockingQueue<>();
  private final BlockingQueue<PitReport> reports = new LinkedBlockingQueue<>();

  private LazarusPit start(Reviver reviver) throws IOException {
    Path root = Files.createDirectories(folder.resolve("missions"));
    MissionCell cell = MissionStore.open(root).create(NewCell.builder("Test").build());
    CellEditor.of(cell.directory()).addAgent(AgentSpec.of("bad", "Bad", Role.WRITE));
    CellEditor.of(cell.directory()).addAgent(AgentSpec.of("good", "Good", Role.WRITE));
    PitConfig config =
        PitConfig.builder(folder.resolve("state"))
            .missionsPath(root)
            .pollInterval(Duration.ofSeconds(1))
            .maxRetries(0)
            .build();
    LazarusPit pit =
        LazarusPit.builder(config)
            .reviver(reviver)
            .listener(
                new PitListener() {
                  @Override
                  public void revivalChanged(Revival revival) {
                    if (!revival.status().open()) {
                      ended.add(revival);
                    }
                  }

                  @Override
                  public void roundEnded(PitReport report) {
                    reports.add(report);
                  }
                })
            .build();
    pit.start();
    return pit;
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(30, TimeUnit.SECONDS);
    assertNotNull(next, "event missing");
    return next;
  }

  @Test
  void aFailingPresenceCheckAffectsOneAgentAndNotTheRound() throws Exception {
    try (LazarusPit pit = start(new Broken("presence"))) {
      Revival revived = next(ended);
      assertEquals("good", revived.agent().agentId());
      assertEquals(RevivalStatus.REVIVED, revived.status());
      reports.clear();
      PitReport report = next(reports);
      assertEquals(
          List.of("bad", "good"),
          report.agents().stream().map(line -> line.agent().agentId()).toList());
      assertTrue(report.agents().get(0).judgement().startsWith("cannot be observed"));
      assertEquals(List.of(), pit.pluginProblems());
    }
  }

  @Test
  void aFailingStartFailsItsRevivalAndNoOther() throws Exception {
    try (LazarusPit pit = start(new Broken("start"))) {
      List<Revival> both =
          List.of(next(ended), next(ended)).stream()
              .sorted(Comparator.comparing(Revival::agent))
              .toList();
      assertEquals(RevivalStatus.FAILED, both.get(0).status());
      assertTrue(
          both.get(0)
              .detail()
              .contains(
                  "reviver memory: start threw java.lang.NoClassDefFoundError:" + " theirs/Gone"),
          both.get(0)::detail);
      assertEquals("good", both.get(1).agent().agentId());
      assertEquals(RevivalStatus.REVIVED, both.get(1).status());
      assertEquals(2, pit.engine().revivals().size());
    }
  }
}
