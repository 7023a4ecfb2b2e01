package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lazaruspit.cell.internal.files.AtomicFiles;
import org.lazaruspit.cell.internal.json.JsonText;

class RescanTest {
  private final FileSystem disk = Jimfs.newFileSystem(Configuration.unix());
  private final Path root = disk.getPath("/missions");
  private final Path cell;
  private final MissionStore store;

  /** Clock of the store, a day ahead by default: files count as old. */
  private Instant now = Instant.now().plus(Duration.ofDays(1));

  RescanTest() throws IOException {
    Files.createDirectory(root);
    cell = Cells.create(root).directory();
    store = MissionStore.open(root, CellLimits.DEFAULTS, () -> now);
    store.rescan();
  }

  @AfterEach
  void close() throws IOException {
    disk.close();
  }

  private static List<Path> directories(List<CellLoad> loads) {
    return loads.stream().map(CellLoad::directory).toList();
  }

  @Test
  void firstScanReportsEveryCellAsAdded() throws IOException {
    RescanResult first = MissionStore.open(root).rescan();
    assertEquals(List.of(cell), directories(first.added()));
    assertTrue(first.changed().isEmpty() && first.removed().isEmpty());
  }

  @Test
  void unchangedFilesAreNotReportedAndGiveTheSameObjects() {
    CellLoad before = store.current().get(0);
    assertTrue(store.rescan().isEmpty());
    assertSame(before, store.current().get(0));
    assertSame(before, store.load().get(0));
  }

  @Test
  void lookReadsThePresentFilesAndNotifiesNoListener() throws IOException {
    CellLoad before = store.current().get(0);
    assertSame(before, store.look(cell), "unchanged files are not read");
    Files.delete(cell.resolve("tasks/t1.json"));
    assertEquals(
        store.load(cell).cell().orElseThrow().tasks(),
        store.look(cell).cell().orElseThrow().tasks());
    assertSame(before, store.current().get(0));
    assertEquals(List.of(cell), directories(store.rescan().changed()));
    Path other = Files.move(cell, root.resolve("elsewhere"));
    assertTrue(store.look(cell).cell().isEmpty());
    assertTrue(store.look(other).cell().isPresent(), "a cell unknown to the last scan is read");
  }

  @Test
  void eachKindOfChangeIsNoticed() throws IOException {
    assertChanged(() -> Cells.write(cell.resolve("agents/a1.json"), "{"));
    assertChanged(() -> Files.delete(cell.resolve("agents/a1.json")));
    assertChanged(() -> Files.delete(cell.resolve("tasks/t1.json")));
    assertChanged(() -> Cells.write(cell.resolve("config/policies.json"), "{}", "x"));
    assertChanged(() -> Files.delete(cell.resolve("config/policies.json")));
    assertChanged(() -> Cells.write(cell.resolve("tasks/notes.txt"), "x"));
    assertChanged(() -> AtomicFiles.deleteTree(cell.resolve("tasks")));
    assertChanged(() -> Cells.write(cell.resolve("tasks/t3.json"), "{"));
    assertChanged(
        () -> {
          Files.delete(cell.resolve("cell.json"));
          Files.createSymbolicLink(cell.resolve("cell.json"), cell.resolve("agents/a2.json"));
        });
  }

  private interface Change {
    void make() throws IOException;
  }

  private void assertChanged(Change change) throws IOException {
    change.make();
    RescanResult result = store.rescan();
    assertEquals(List.of(cell), directories(result.changed()));
    assertEquals(MissionStore.open(root).load(cell), result.changed().get(0));
    assertTrue(store.rescan().isEmpty());
  }

  @Test
  void cellsThatComeAndGoAreReported() throws IOException {
    Path other = store.create(NewCell.builder("other").build()).directory();
    assertEquals(List.of(other), directories(store.rescan().added()));
    AtomicFiles.deleteTree(other);
    assertEquals(List.of(other), directories(store.rescan().removed()));
  }

  @Test
  void changeOfEqualLengthWithinOneTickOfTheClockIsNoticed() throws IOException {
    Path file = cell.resolve("agents/a1.json");
    FileTime tick = FileTime.from(now.minusMillis(500));
    Files.setLastModifiedTime(file, tick);
    store.rescan();
    Files.write(file, Cells.json(Cells.read(file).replace("First", "Fifth")));
    Files.setLastModifiedTime(file, tick);
    assertEquals(List.of(cell), directories(store.rescan().changed()));
  }

  @Test
  void cellThatTurnsIntoALinkIsReportedOnceAndAgainWhenItIsBack() throws IOException {
    Path aside = Files.move(cell, disk.getPath("/aside"));
    Files.createSymbolicLink(cell, aside);
    assertTrue(store.rescan().changed().get(0).cell().isEmpty());
    assertTrue(store.rescan().isEmpty());
    Files.delete(cell);
    Files.move(aside, cell);
    assertTrue(store.rescan().changed().get(0).valid());
    assertTrue(store.rescan().isEmpty());
  }

  @Test
  void problemOfADirectoryGoesWhenTheDirectoryGoes() throws IOException {
    AtomicFiles.deleteTree(cell.resolve("tasks"));
    store.rescan();
    Cells.write(cell.resolve("tasks"), "x");
    assertEquals("a regular file", store.rescan().changed().get(0).problems().get(0).found());
    assertTrue(store.rescan().isEmpty());
    Files.delete(cell.resolve("tasks"));
    assertTrue(store.rescan().changed().get(0).valid());
  }

  @Test
  void replacementOfEqualLengthAndTimeIsNoticed() throws IOException {
    Path file = cell.resolve("agents/a1.json");
    Path other = cell.resolve("agents/.new");
    Files.write(other, Cells.json(Cells.read(file).replace("First", "Fifth")));
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertEquals(List.of(cell), directories(store.rescan().changed()));
  }

  @Test
  void fileThatIsRewrittenWithTheSameContentIsNoChange() throws IOException {
    Path file = cell.resolve("agents/a1.json");
    String text = Cells.read(file);
    Files.delete(file);
    Files.write(file, Cells.json(text));
    CellLoad before = store.current().get(0);
    assertTrue(store.rescan().isEmpty());
    assertSame(before, store.current().get(0));
  }

  @Test
  void duplicateIdsAreNoticedWhenTheyAppearAndWhenTheFirstIsRemoved() throws IOException {
    Path twin = Files.createDirectory(root.resolve("00000000-0000-4000-8000-000000000000"));
    Files.copy(cell.resolve("cell.json"), twin.resolve("cell.json"));
    RescanResult came = store.rescan();
    assertEquals(List.of(twin), directories(came.added()));
    assertEquals(List.of(cell), directories(came.changed()));
    assertTrue(came.changed().get(0).cell().isEmpty());
    assertTrue(store.rescan().isEmpty());
    AtomicFiles.deleteTree(twin);
    assertTrue(store.rescan().changed().get(0).cell().isPresent());
  }

  @Test
  void listenersAreNotifiedInOrderAndAFailureAffectsNoOther() throws IOException {
    List<Integer> reported = new ArrayList<>();
    store.addListener(
        changes -> {
          throw new IllegalStateException("a listener that fails");
        });
    MissionListener listener = changes -> reported.add(changes.added().size());
    store.addListener(listener);
    store.create(NewCell.builder("one").build());
    store.rescan();
    store.rescan();
    store.create(NewCell.builder("two").build());
    store.create(NewCell.builder("three").build());
    store.load();
    store.removeListener(listener);
    store.create(NewCell.builder("four").build());
    store.rescan();
    assertEquals(List.of(1, 2), reported);
  }

  /** Holds after any changes of the files: a rescan finds the same as a load from scratch. */
  @Property(tries = 100)
  void rescanFindsWhatALoadFinds(@ForAll long seed) throws IOException {
    AnyCell any = new AnyCell(seed);
    for (int i = 0; i < 5; i++) {
      Path file =
          cell.resolve(
              List.of(
                      "cell.json",
                      "agents/a1.json",
                      "agents/a9.json",
                      "tasks/t1.json",
                      "tasks/t9.json",
                      "config/policies.json")
                  .get(any.below(6)));
      if (any.below(3) == 0) {
        Files.deleteIfExists(file);
      } else {
        Files.write(file, JsonText.bytes(any.json(3)));
      }
      store.rescan();
      assertEquals(MissionStore.open(root).load(), store.current());
    }
  }
}
