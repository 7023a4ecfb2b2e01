package org.lazaruspit.pit.internal.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.exit;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.level;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** Control groups of real processes; needs the right to create groups. */
@Tag("full")
@Timeout(60)
final class IsolationGroupsTest {

  private static final long MEBIBYTE = 1 << 20;

  @TempDir Path folder;
  private SandboxedAgent agent;

  @BeforeEach
  void setUp() throws IOException {
    agent = new SandboxedAgent(folder, ProgramLookup.ofThisMachine(), Map.of("processes", 12));
  }

  @AfterEach
  void nothingIsLeftOver() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    long left = groups();
    while (left > 0 && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(1_000_000);
      left = groups();
    }
    agent.close();
    assertEquals(0, left);
  }

  private static long groups() throws IOException {
    String prefix = "lazarus-" + SandboxedAgent.AGENT.cellId();
    try (Stream<Path> found =
        Files.find(
            Path.of("/sys/fs/cgroup"),
            6,
            (path, kind) -> path.getFileName().toString().startsWith(prefix))) {
      return found.count();
    } catch (UncheckedIOException e) {
      return 1; // a group disappeared during the search
    }
  }

  private static IsolationSpec limited(IsolationLevel level, ResourceLimits limits) {
    return SandboxedAgent.with(level(level), limits);
  }

  /** The variable grows to 64 MiB, far beyond the limit of 16. */
  private static final String GREEDY =
      "x=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do"
          + " x=$x$x; done; echo ${#x}";

  @ParameterizedTest
  @EnumSource(names = {"LEVEL_1", "LEVEL_2"})
  void anAgentThatTakesMoreMemoryThanItMayIsKilled(IsolationLevel level) throws Exception {
    ResourceLimits little = new ResourceLimits(null, 16 * MEBIBYTE, null);
    ResourceLimits plenty = new ResourceLimits(null, 1024 * MEBIBYTE, null);
    assertEquals("67108864\n", agent.outputOf(limited(level, plenty), GREEDY));
    RunningAgent greedy = agent.start(agent.newReviver(), limited(level, little), GREEDY);
    // Bubblewrap outlives the killed program.
    assertEquals(
        level == IsolationLevel.LEVEL_1
            ? "killed by signal 9 (KILL)"
            : "ended with status 137, as after signal 9 (KILL)",
        exit(greedy).detail());
  }

  @ParameterizedTest
  @EnumSource(names = {"LEVEL_1", "LEVEL_2"})
  void anAgentGetsNoMoreProcessorTimeThanItMay(IsolationLevel level) throws Exception {
    ResourceLimits quarter = new ResourceLimits(250L, null, null);
    long begun = System.nanoTime();
    String output =
        agent.outputOf(
            limited(level, quarter), "i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done; times");
    long elapsed = System.nanoTime() - begun;
    double used = seconds(output.lines().findFirst().orElseThrow());
    // Far less than the script needs without a limit.
    assertTrue(used > 0.3, output);
    // A quarter of one processor, plus the share of the first period, which comes at once.
    assertTrue(used <= elapsed / 1e9 * 0.25 + 0.1, used + " s of " + elapsed / 1e9);
  }

  /** From the shell's "0m0.270000s 0m0.010000s". */
  private static double seconds(String times) {
    double sum = 0;
    for (String time : times.split(" ", -1)) {
      String[] parts = time.replace("s", "").split("m", -1);
      sum += Double.parseDouble(parts[0]) * 60 + Double.parseDouble(parts[1]);
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(names = {"LEVEL_1", "LEVEL_2"})
  void evenRootGetsNoMoreProcessesThanItMay(IsolationLevel level) throws Exception {
    String script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do sleep 1 & done; echo enough";
    String output = agent.outputOf(level(level), script);
    assertTrue(output.contains("fork"), output);
    assertFalse(output.contains("enough"), output);
  }

  @Test
  void anAdoptedAgentsGroupIsRemoved() throws Exception {
    Reviver first = agent.newReviver();
    agent.startReady(
        first,
        level(IsolationLevel.LEVEL_1),
        "touch $LAZARUS_CELL/artifacts/ready; exec sleep 600");
    assertTrue(groups() > 0);
    first.close(); // removes no group any more
    Reviver second = agent.newReviver();
    assertInstanceOf(Presence.Running.class, second.presence(SandboxedAgent.AGENT));
    assertInstanceOf(
        StopOutcome.Gone.class,
        second.stop(StopOrder.anyIncarnation(SandboxedAgent.AGENT, Duration.ZERO)));
  }

  @Test
  void aGroupThatACrashedPitLeftBehindIsRemovedByTheNextStart() throws Exception {
    ControlGroups groups = ControlGroups.ofThisMachine();
    groups.prepare(SandboxedAgent.AGENT, 4711, Map.of(ControlGroups.Controller.PIDS, 5L));
    assertEquals("started\n", agent.outputOf(level(IsolationLevel.LEVEL_1), "echo started"));
  }
}
