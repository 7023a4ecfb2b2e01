package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.testkit.Evidence;
import org.lazaruspit.pit.testkit.RealPitFixture;

/**
 * Ends the pit, as by SIGKILL, right after each line of a revival, with each kind of evidence of an
 * agent's end. Agents detect a second process of themselves by a lock that is unknown to the pit.
 */
@Tag("full")
final class PitKilledAtEveryLineTest extends RealPitFixture {

  /** Requested, the six steps, revived. */
  private static final int LINES = 8;

  /** There is no process to stop, so one kind of evidence is enough. */
  @ParameterizedTest
  @MethodSource("lines")
  void aDeadAgentIsRevivedOnceAfterACrashOfThePitAtAnyLine(int line) throws Exception {
    startAgent(Evidence.KEEPER);
    killAndAwaitEnd(pidOfStart(0));
    endPitAfter(Evidence.KEEPER, line);
    comesBackOnce(Evidence.KEEPER);
  }

  static IntStream lines() {
    return IntStream.rangeClosed(1, LINES);
  }

  @ParameterizedTest
  @MethodSource("evidenceAndLines")
  void aFrozenAgentIsReplacedOnceAfterACrashOfThePitAtAnyLine(Evidence evidence, int line)
      throws Exception {
    startAgent(evidence);
    signal("STOP", pidOfStart(0));
    for (int i = 0; i < 3; i++) {
      registry.reportFailure("writer", "frozen by a test");
    }
    endPitAfter(evidence, line);
    comesBackOnce(evidence);
  }

  static Stream<Arguments> evidenceAndLines() {
    return Stream.of(Evidence.values())
        .flatMap(evidence -> lines().mapToObj(line -> Arguments.of(evidence, line)));
  }

  @ParameterizedTest
  @EnumSource
  void helperProcessesEndWithThePitAndItsAgentsDoNot(Evidence evidence) throws Exception {
    startAgent(evidence);
    Process pit = startPitProcess(evidence, Integer.MAX_VALUE);
    while (pit.descendants().noneMatch(process -> waitsForALock(process, pit))) {
      assertTrue(pit.isAlive());
      Thread.onSpinWait(); // until it has adopted the agent
    }
    List<ProcessHandle> helpers = pit.descendants().toList();
    pit.destroyForcibly().waitFor();
    for (ProcessHandle helper : helpers) {
      helper.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
    assertTrue(ProcessHandle.of(pidOfStart(0)).orElseThrow().isAlive());
  }

  /** Only the flock helper of the pit has children, one per lock that it waits for. */
  private static boolean waitsForALock(ProcessHandle process, Process pit) {
    return process.parent().filter(parent -> parent.pid() != pit.pid()).isPresent();
  }

  private void startAgent(Evidence evidence) throws Exception {
    evidence.apply(cell.directory());
    addAgent();
    try (LazarusPit pit = startPit(evidence)) {
      await(RevivalStatus.REVIVED);
    }
  }

  private LazarusPit startPit(Evidence evidence) throws IOException {
    return startPit(
        LazarusPit.builder(config("run", 3)).reviver(evidence.reviver(folder.resolve("state"))));
  }

  private Process startPitProcess(Evidence evidence, int linesToLive) throws IOException {
    Path config = folder.resolve("pit.json");
    Files.writeString(config, configText("run", 3));
    return PitProcess.start(
        config, linesToLive, evidence.searchPath(folder), folder.resolve("pit.log"));
  }

  private void endPitAfter(Evidence evidence, int line) throws Exception {
    Process pit = startPitProcess(evidence, line);
    assertTrue(pit.waitFor(60, TimeUnit.SECONDS), "the line was never written");
    assertEquals(137, pit.exitValue(), () -> "not ended by the test");
  }

  private void comesBackOnce(Evidence evidence) throws Exception {
    changes.clear();
    try (LazarusPit pit = startPit(evidence)) {
      awaitRounds(1);
      while (pit.engine().revivals().stream().anyMatch(revival -> revival.status().open())) {
        await(RevivalStatus.REVIVED);
      }
      awaitRounds(1);
      assertEquals(2, pit.engine().revivals().size(), "one start, one revival");
      assertEquals(
          List.of(RevivalStatus.REVIVED, RevivalStatus.REVIVED),
          pit.engine().revivals().stream().map(Revival::status).toList());
      Set<String> incarnations = new HashSet<>();
      for (String start : starts()) {
        assertTrue(!start.contains("TWICE"), starts()::toString);
        assertTrue(incarnations.add(start.split(" ", -1)[0]), starts()::toString);
      }
      long last = pidOfStart(starts().size() - 1);
      assertTrue(ProcessHandle.of(last).orElseThrow().isAlive());
      assertEquals(
          pit.engine().revivals().get(1).incarnation(),
          registry.find("writer").orElseThrow().incarnation());
    }
    Reviver reviver = evidence.reviver(folder.resolve("state"));
    evidence.assertStopped(reviver, AGENT);
    reviver.close();
  }
}
