package org.lazaruspit.pit.internal.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real commands at the limits of time and output. */
@Timeout(60)
final class CommandRunnerTest {

  private static final CommandRunner PATIENT = new CommandRunner(Duration.ofSeconds(50), 100);
  private static final CommandRunner QUICK = new CommandRunner(Duration.ofMillis(300), 100);

  @TempDir Path folder;

  private CommandExecution run(CommandRunner runner, String script)
      throws IOException, InterruptedException {
    return runner.run(List.of("sh", "-c", script), Map.of("FOLDER", folder.toString()));
  }

  private ProcessHandle process(String file) throws IOException {
    long pid = Long.parseLong(Files.readString(folder.resolve(file)).strip());
    return ProcessHandle.of(pid).orElseThrow();
  }

  private void assertEnds(String file) throws Exception {
    long pid = Long.parseLong(Files.readString(folder.resolve(file)).strip());
    ProcessHandle left = ProcessHandle.of(pid).orElse(null);
    if (left != null) {
      left.onExit().get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void outputLargerThanAPipeIsReadAndCutAtItsLimit() throws Exception {
    CommandExecution execution = run(PATIENT, "yes | head -c 1000000; exit 7");
    assertEquals(7, execution.status());
    assertEquals("y\n".repeat(50).strip(), execution.output());
    assertEquals(999_900, execution.cutBytes());
    assertEquals(
        "ended with status 7: " + "y ".repeat(50).strip() + " (999900 more bytes cut)",
        execution.describe());
  }

  @Test
  void standardErrorIsReadTooAndLargerThanAPipe() throws Exception {
    CommandExecution execution =
        run(PATIENT, "echo first; head -c 1000000 /dev/zero | tr '\\0' y >&2; exit 3");
    assertEquals(3, execution.status());
    assertTrue(execution.output().startsWith("first\ny"), execution::output);
    assertEquals(999_906, execution.cutBytes());
  }

  @Test
  void aCommandThatNeverEndsIsKilledWithItsDescendantsAtItsTimeLimit() throws Exception {
    CommandExecution execution =
        run(
            QUICK,
            "echo $$ >$FOLDER/command; sh -c 'echo $$ >$FOLDER/child; sleep 600 & echo $!"
                + " >$FOLDER/grandchild; wait' & echo begun; wait");
    assertEquals(CommandExecution.TIMED_OUT, execution.status());
    assertEquals("did not end in time: begun", execution.describe());
    for (String file : List.of("command", "child", "grandchild")) {
      assertEnds(file);
    }
  }

  @Test
  void aCommandThatPrintsWithoutEndIsKilledAtItsTimeLimit() throws Exception {
    CommandExecution execution = run(QUICK, "echo $$ >$FOLDER/command; exec yes");
    assertEquals(CommandExecution.TIMED_OUT, execution.status());
    assertTrue(execution.cutBytes() > 0);
    assertEnds("command");
  }

  @Test
  void aGrandchildThatHoldsThePipeOpenDoesNotBlockAndIsLeftAlone() throws Exception {
    long begun = System.nanoTime();
    CommandExecution execution = run(PATIENT, "sleep 600 & echo $! >$FOLDER/grandchild; echo done");
    ProcessHandle grandchild = process("grandchild");
    try {
      assertEquals("ended with status 0: done", execution.describe());
      assertTrue(System.nanoTime() - begun < PATIENT.timeLimit().toNanos() / 2);
      assertTrue(grandchild.isAlive());
    } finally {
      grandchild.destroyForcibly();
    }
  }

  @Test
  void aCommandHasNoInput() throws Exception {
    assertEquals("end", run(PATIENT, "cat; echo end").output());
  }

  @Test
  void anInterruptKillsTheCommand() throws Exception {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> run(PATIENT, "exec sleep 600"));
    assertFalse(Thread.interrupted());
  }

  @Test
  void aMissingProgramIsAnError() {
    assertThrows(IOException.class, () -> PATIENT.run(List.of("/no/such/program"), Map.of()));
  }
}
