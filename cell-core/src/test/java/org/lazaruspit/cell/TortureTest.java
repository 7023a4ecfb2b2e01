package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.internal.files.CellLock;
import org.slf4j.Logger;
import tools.jackson.core.json.JsonFactory;

/** Kills a JVM that writes with SIGKILL at random moments, many times. */
class TortureTest {
  private final Path root;
  private final Path cell;
  private final Random random = new Random(20260131);
  private int lastSaved;
  private int lastEdited;

  TortureTest(@TempDir Path root) throws IOException {
    this.root = root;
    this.cell = Cells.create(root).directory();
  }

  @Test
  void noFileIsTornByAFewKills() throws Exception {
    torture(12);
  }

  @Tag("full")
  @Test
  void noFileIsTornByManyKills() throws Exception {
    torture(220);
  }

  private void torture(int kills) throws Exception {
    int cellsBefore = 1;
    for (int i = 0; i < kills; i++) {
      int begun = killedWhileWriting();
      List<CellLoad> all = MissionStore.open(root).load();
      for (CellLoad load : all) {
        assertEquals(List.of(), load.problems(), "after kill " + i);
      }
      assertTrue(all.size() >= cellsBefore);
      cellsBefore = all.size();
      check(begun, i);
    }
  }

  private void check(int begun, int kill) throws IOException {
    CheckpointVerdict.Valid valid =
        assertInstanceOf(CheckpointVerdict.Valid.class, Checkpoints.of(cell).verify("a1"));
    String number = Cells.read(valid.folder().resolve("artifacts/number"));
    assertEquals("{\"s\":" + number + "}", Cells.read(valid.folder().resolve("state.json")));
    assertEquals("{\"c\":" + number + "}", Cells.read(valid.folder().resolve("context.json")));
    int saved = Integer.parseInt(number);
    assertTrue(saved == lastSaved || saved == begun, "kill " + kill + ": " + saved);
    lastSaved = saved;
    long edited =
        MissionStore.open(root).load(cell).cell().orElseThrow().agents().entrySet().stream()
            .filter(agent -> agent.getKey().equals("a2"))
            .mapToLong(agent -> agent.getValue().incarnation())
            .findFirst()
            .orElseThrow();
    assertTrue(edited == lastEdited || edited == begun, "kill " + kill + ": " + edited);
    lastEdited = (int) edited;
    CellLock.acquire(cell).close();
    assertFalse(Files.exists(cell.resolve(".lazarus/tmp")));
    CellLock.acquire(root).close();
    assertFalse(Files.exists(root.resolve(".lazarus/tmp")));
  }

  /** Starts a writer, kills it after some work, and returns the last round that it had begun. */
  private int killedWhileWriting() throws Exception {
    Process writer =
        new ProcessBuilder(
                java(
                    TortureWriter.class,
                    root.toString(),
                    Integer.toString(Math.max(lastSaved, lastEdited) + 1)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = writer.inputReader()) {
      int begun = lastSaved;
      for (int lines = 1 + random.nextInt(20); lines > 0; lines--) {
        begun = Math.max(begun, note(said.readLine()));
      }
      LockSupport.parkNanos(random.nextInt(5_000_000));
      // Kills through the handle: the process object would close the stream before it is read.
      assertTrue(writer.toHandle().destroyForcibly());
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        begun = Math.max(begun, note(line));
      }
      assertTrue(writer.waitFor(10, TimeUnit.SECONDS));
      assertEquals(128 + 9, writer.exitValue());
      return begun;
    } finally {
      writer.destroyForcibly();
    }
  }

  private int note(@Nullable String line) {
    assertTrue(line != null, "the writer ended by itself");
    String[] words = String.valueOf(line).split(" ", 2);
    int number = Integer.parseInt(words[1]);
    if (words[0].equals("saved")) {
      lastSaved = number;
    }
    if (words[0].equals("edited")) {
      lastEdited = number;
    }
    return number;
  }

  /** Returns the command that runs a test class in a JVM of its own. */
  static List<String> java(Class<?> main, String... arguments) throws URISyntaxException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classPath(),
                main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static String classPath() throws URISyntaxException {
    Path base = Path.of(System.getProperty("basedir", ""));
    return String.join(
        System.getProperty("path.separator"),
        base.resolve("target/classes").toAbsolutePath().toString(),
        base.resolve("target/test-classes").toAbsolutePath().toString(),
        jar(JsonFactory.class),
        jar(Logger.class));
  }

  private static String jar(Class<?> of) throws URISyntaxException {
    return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }
}
