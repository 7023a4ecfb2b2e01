package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one cell. */
class ProcessesTest {
  private static final int EACH = 60;

  private final Path root;
  private final Path cell;

  ProcessesTest(@TempDir Path root) throws IOException {
    this.root = root;
    this.cell = Cells.create(root).directory();
  }

  @Test
  void editorsInSeveralProcessesLoseNoUpdate() throws Exception {
    List<Process> writers = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        writers.add(
            new ProcessBuilder(
                    TortureTest.java(CountingWriter.class, cell.toString(), Integer.toString(EACH)))
                .inheritIO()
                .start());
      }
      for (Process writer : writers) {
        assertTrue(writer.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, writer.exitValue());
      }
    } finally {
      writers.forEach(Process::destroyForcibly);
    }
    MissionCell end = MissionStore.open(root).load(cell).cell().orElseThrow();
    assertEquals(3L * EACH, end.agents().values().iterator().next().incarnation());
  }

  @Tag("full")
  @Test
  void pipesAreReportedAndNeverOpened() throws Exception {
    Path next = Files.createDirectories(cell.resolve("checkpoints/a1/next"));
    for (Path pipe :
        List.of(
            cell.resolve("agents/a3.json"),
            cell.resolve("config/policies.json"),
            next.resolve("state.json"))) {
      Process maker = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start();
      assertEquals(0, maker.waitFor());
    }
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          assertEquals(
              List.of("a special file", "a special file"),
              MissionStore.open(root).load(cell).problems().stream()
                  .map(CellProblem::found)
                  .toList());
          assertFalse(Checkpoints.of(cell).commitPending("a1"));
          CellArchive.backup(cell, root.resolve("cell.zip"));
        });
  }
}
