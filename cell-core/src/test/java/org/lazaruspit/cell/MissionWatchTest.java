package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.internal.files.AtomicFiles;

class MissionWatchTest {
  private final Path root;

  /** Longer than any test waits, so that only the file system reports changes. */
  private static final Duration NEVER = Duration.ofHours(1);

  MissionWatchTest(@TempDir Path root) {
    this.root = root;
  }

  private static RescanResult next(BlockingQueue<RescanResult> reported)
      throws InterruptedException {
    RescanResult result = reported.poll(20, TimeUnit.SECONDS);
    assertNotNull(result);
    return result;
  }

  @Test
  void changesAreReportedAsTheyHappen() throws Exception {
    watchAndChange(root, NEVER);
  }

  @Test
  void changesAreFoundByScanningIfTheFileSystemReportsNone() throws Exception {
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      Path cells = new FaultyDisk(disk).path("/missions");
      Files.createDirectory(cells);
      watchAndChange(cells, Duration.ofMillis(5));
    }
  }

  private static void watchAndChange(Path root, Duration interval) throws Exception {
    MissionStore store = MissionStore.open(root);
    BlockingQueue<RescanResult> reported = new LinkedBlockingQueue<>();
    store.addListener(reported::add);
    MissionCell first = store.create(Cells.small());
    try (MissionWatch watch = store.watch(interval)) {
      assertNotNull(watch);
      assertEquals(1, next(reported).added().size());
      CellEditor.of(first.directory())
          .updateAgent("a1", agent -> agent.withStatus(AgentStatus.PAUSED));
      assertEquals(first.directory(), next(reported).changed().get(0).directory());
      Path second = store.create(NewCell.builder("second").build()).directory();
      assertEquals(second, next(reported).added().get(0).directory());
      CellEditor.of(second).addAgent(AgentSpec.of("new", "New", Role.READ));
      assertEquals(second, next(reported).changed().get(0).directory());
      AtomicFiles.deleteTree(second);
      while (next(reported).removed().isEmpty()) {
        // A directory may be scanned in the middle of its removal.
      }
    }
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().equals("lazarus-watch-" + root.getFileName())));
  }

  @Test
  void changeBetweenAScanAndTheRegistrationOfADirectoryIsNotMissed() throws Exception {
    MissionStore store = MissionStore.open(root);
    Path cell = store.create(Cells.small()).directory();
    BlockingQueue<RescanResult> reported = new LinkedBlockingQueue<>();
    store.addListener(
        changes -> {
          reported.add(changes);
          if (!changes.added().isEmpty()) {
            edit(cell);
          }
        });
    try (MissionWatch watch = store.watch(NEVER)) {
      assertNotNull(watch);
      assertEquals(1, next(reported).added().size());
      assertEquals(1, next(reported).changed().size());
    }
  }

  private static void edit(Path cell) {
    try {
      CellEditor.of(cell).updateAgent("a1", agent -> agent.withIncarnation(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void intervalMustBePositive() throws IOException {
    MissionStore store = MissionStore.open(root);
    assertThrows(IllegalArgumentException.class, () -> store.watch(Duration.ZERO));
  }
}
