package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.pit.testkit.RealPitFixture;

/**
 * Ends the pit, as by SIGKILL, right after each line of a revival. Agents detect a second process
 * of themselves by a lock that is unknown to the pit.
 */
@Tag("full")
final class PitKilledAtEveryLineTest extends RealPitFixture {

  /** Requested, the six steps, revived. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void aDeadAgentIsRevivedOnceAfterACrashOfThePitAtAnyLine(int line) throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
    }
    killAndAwaitEnd(pidOfStart(0));
    endPitAfter(line);
    comesBackOnce();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void aFrozenAgentIsReplacedOnceAfterACrashOfThePitAtAnyLine(int line) throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
    }
    signal("STOP", pidOfStart(0));
    for (int i = 0; i < 3; i++) {
      registry.reportFailure("writer", "frozen by a test");
    }
    endPitAfter(line);
    comesBackOnce();
  }

  @Test
  void helperProcessesEndWithThePitAndItsAgentsDoNot() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
    }
    Path config = folder.resolve("pit.json");
    Files.writeString(config, configText("run", 3));
    Process pit = PitProcess.start(config, Integer.MAX_VALUE, folder.resolve("pit.log"));
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

  private void endPitAfter(int line) throws Exception {
    Path config = folder.resolve("pit.json");
    Files.writeString(config, configText("run", 3));
    Process pit = PitProcess.start(config, line, folder.resolve("pit.log"));
    assertTrue(pit.waitFor(60, TimeUnit.SECONDS), "the line was never written");
    assertEquals(137, pit.exitValue(), () -> "not ended by the test");
  }

  private void comesBackOnce() throws Exception {
    changes.clear();
    try (LazarusPit pit = startPit("run", 3)) {
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
  }
}
