package org.lazaruspit.pit.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.AGENT;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.level;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.pit.internal.isolation.SandboxedAgent;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** A process that names another agent's lock and a huge incarnation in its environment. */
@Timeout(60)
final class ForgedMarkTest {

  private static final ProgramLookup MACHINE = ProgramLookup.ofThisMachine();

  @TempDir Path folder;
  private final List<Process> forgers = new ArrayList<>();

  @AfterEach
  void tearDown() throws InterruptedException {
    for (Process forger : forgers) {
      forger.destroyForcibly().waitFor();
    }
  }

  private Process forger(SandboxedAgent agent, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    Path lock = agent.state.resolve("agents").resolve(AGENT.cellId() + "/writer.lock");
    builder.environment().put(AgentMark.VARIABLE, lock.toString());
    builder.environment().put("LAZARUS_INCARNATION", "999999999999999999");
    Process forger = builder.start();
    forgers.add(forger);
    return forger;
  }

  static Stream<ProgramLookup> helpers() {
    return Stream.of(MACHINE, new ProgramLookup(List.of()));
  }

  @ParameterizedTest
  @MethodSource("helpers")
  void noIncarnationIsReadFromAProcess(ProgramLookup helpers) throws Exception {
    try (SandboxedAgent agent = new SandboxedAgent(folder, MACHINE, Map.of(), helpers)) {
      Reviver reviver = agent.newReviver();
      agent.startReady(
          reviver, level(IsolationLevel.NONE), "touch artifacts/ready; exec sleep 600");
      forger(agent, "sleep", "600");
      Presence.Running found =
          assertInstanceOf(Presence.Running.class, agent.newReviver().presence(AGENT));
      assertEquals(1, found.running().incarnation());
      assertInstanceOf(
          StopOutcome.Gone.class, reviver.stop(new StopOrder(AGENT, 1, Duration.ZERO)));
      RunningAgent next = agent.start(reviver, level(IsolationLevel.NONE), "exec sleep 600");
      assertEquals(2, next.incarnation());
    }
  }

  /** A process of another user says nothing about the pit's agents; only root can start one. */
  @Tag("full")
  @Test
  void aMarkOfAnotherUserCountsForNothing() throws Exception {
    ProgramLookup none = new ProgramLookup(List.of());
    try (SandboxedAgent agent = new SandboxedAgent(folder, MACHINE, Map.of(), none)) {
      Reviver reviver = agent.newReviver();
      RunningAgent running =
          agent.startReady(
              reviver, level(IsolationLevel.NONE), "touch artifacts/ready; exec sleep 600");
      Process forger =
          forger(
              agent, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sleep", "600");
      while (ProcFs.uid(forger.pid()) != 65534) {
        Thread.onSpinWait(); // until then it runs as the pit's user
      }
      assertInstanceOf(
          StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
      assertTrue(running.exit().toCompletableFuture().isDone());
      assertTrue(forger.isAlive());
      assertFalse(reviver.presence(AGENT) instanceof Presence.Running);
    }
  }
}
