package org.lazaruspit.pit.internal.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.Revival.Origin;
import org.lazaruspit.pit.RevivalHistory;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Ended;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Requested;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;

final class RevivalHistoryTest {

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-31T09:30:00Z"));

  @TempDir Path root;
  private MissionCell cell;
  private Path journal;

  @BeforeEach
  void create() throws IOException {
    cell = MissionStore.open(root).create(NewCell.builder("Mine").build());
    journal = cell.paths().journal();
  }

  private static Requested requested(String id) {
    return Requested.revival(
        new Subject(id, "writer", FailureCause.EXIT, 0, 1),
        Origin.DEATH,
        RevivalStatus.PENDING,
        "gone");
  }

  @Test
  void aCellThatNoPitHasOwnedHasNoRevivals() throws IOException {
    Files.deleteIfExists(journal);
    assertEquals(List.of(), RevivalHistory.read(cell));
  }

  @Test
  void revivalsAreReadWhileTheOwnerWrites() throws IOException {
    try (RevivalJournal owner = RevivalJournal.open(cell.id(), journal, CLOCK)) {
      owner.append(List.of(requested("rv-1")));
      owner.append(
          List.of(
              new Ended(
                  new Subject("rv-1", "writer", FailureCause.EXIT, 1, 2),
                  RevivalStatus.REVIVED,
                  "healthy")));
      // An incomplete line, as during a write of the owner.
      Files.writeString(journal, "{\"seq\":3,\"at\":", StandardOpenOption.APPEND);
      byte[] before = Files.readAllBytes(journal);
      List<Revival> read = RevivalHistory.read(cell);
      assertArrayEquals(before, Files.readAllBytes(journal));
      assertEquals(1, read.size());
      assertEquals("rv-1", read.get(0).id());
      assertEquals(RevivalStatus.REVIVED, read.get(0).status());
      assertEquals(Optional.of(CLOCK.instant()), read.get(0).revivedAt());
      assertEquals(cell.id(), read.get(0).agent().cellId());
    }
  }

  @Test
  void dryRunsAreLeftOut() throws IOException {
    RevivalJournal.Author dry = new RevivalJournal.Author(OptionalLong.empty(), true);
    try (RevivalJournal owner = RevivalJournal.open(cell.id(), journal, CLOCK, dry)) {
      owner.append(List.of(requested("rv-1")));
    }
    assertEquals(List.of(), RevivalHistory.read(cell));
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
    Path foreign = elsewhere.resolve("revivals.jsonl");
    try (RevivalJournal owner = RevivalJournal.open(cell.id(), foreign, CLOCK)) {
      owner.append(List.of(requested("rv-1")));
    }
    Files.deleteIfExists(journal);
    Files.createSymbolicLink(journal, foreign);
    assertRefused();
    Files.delete(journal);
    Files.createDirectory(journal);
    assertRefused();
    Files.delete(journal);
    Path logs = journal.getParent();
    Files.delete(logs);
    Files.createSymbolicLink(logs, elsewhere);
    assertRefused();
  }

  private void assertRefused() {
    String message = assertThrows(IOException.class, () -> RevivalHistory.read(cell)).getMessage();
    assertTrue(message.contains("is not a regular file of the cell"), message);
  }
}
