package org.lazaruspit.pit.internal.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.internal.journal.RevivalEvent.AttemptFailed;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;

/** Successive owners of one journal; an older one is suspended at the worst moment and resumes. */
final class JournalFileTest {

  private static final UUID CELL = new UUID(7, 7);
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-31T09:30:00Z"));

  @TempDir Path folder;
  private final List<RevivalJournal> opened = new ArrayList<>();

  @AfterEach
  void closeAll() throws IOException {
    for (RevivalJournal journal : opened) {
      journal.close();
    }
  }

  private Path file() {
    return folder.resolve("revivals.jsonl");
  }

  private RevivalJournal owner(long epoch) throws IOException {
    RevivalJournal journal = RevivalJournal.open(CELL, file(), CLOCK, author(epoch));
    opened.add(journal);
    return journal;
  }

  private static RevivalJournal.Author author(long epoch) {
    return new RevivalJournal.Author(OptionalLong.of(epoch), false);
  }

  private static List<JournalEvent> event(String detail) {
    return List.of(
        new AttemptFailed(new Subject("rv-1", "writer", FailureCause.EXIT, 1, 4), detail));
  }

  /** Returns the details that the next owner reads. */
  private List<String> details() throws IOException {
    try (RevivalJournal next = RevivalJournal.open(CELL, file(), CLOCK, author(1_000))) {
      return next.replayed().stream()
          .map(entry -> ((AttemptFailed) entry.event()).detail())
          .toList();
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void anOwnerSuspendedBeforeItsWriteDoesNotWriteIntoTheLinesOfItsSuccessor() throws IOException {
    RevivalJournal old = owner(7);
    old.append(event("old"));
    try (FileChannel underWay = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      long position = underWay.size();
      RevivalJournal successor = owner(8);
      successor.append(event("new"));
      underWay.write(ByteBuffer.wrap("{\"too\":\"late\"}\n".getBytes(UTF_8)), position);
      successor.append(event("newer"));
    }
    assertEquals(List.of("old", "new", "newer"), details());
    assertEquals(List.of("revivals.jsonl"), names());
  }

  @Test
  void aLateLineBeforeTheFirstLineOfTheSuccessorDoesNotCount() throws IOException {
    RevivalJournal old = owner(7);
    old.append(event("old"));
    RevivalJournal successor = owner(8);
    old.append(event("too late"));
    successor.append(event("new"));
    assertEquals(List.of("old", "new"), details());
    IOException e = assertThrows(IOException.class, () -> old.append(event("once more")));
    assertTrue(e.getMessage().contains("another program"), e::getMessage);
    assertEquals(List.of("old", "new"), details());
  }

  @Test
  void anOwnerThatTakesOverTooLateIsReplacedByItsSuccessorAgain() throws IOException {
    RevivalJournal old = owner(7);
    RevivalJournal successor = owner(8);
    old.append(event("too late"));
    successor.append(event("new"));
    assertEquals(List.of("new"), details());
  }

  /** Suspends an owner between the copy and its rename. */
  @Test
  void anOwnerSuspendedWhileTakingOverDoesNotReplaceItsSuccessorsFile() throws IOException {
    Path copy = folder.resolve("copy");
    try (RevivalJournal old = RevivalJournal.open(CELL, copy, CLOCK, author(7))) {
      old.append(event("too late"));
    }
    RevivalJournal successor = owner(8);
    successor.append(event("new"));
    Files.move(copy, file(), StandardCopyOption.REPLACE_EXISTING);
    successor.append(event("newer"));
    assertEquals(List.of("new", "newer"), details());
  }

  @Test
  void copiesOfOlderOwnersAreDeletedAndThoseOfNewerOwnersAreNot() throws IOException {
    Files.writeString(folder.resolve("revivals.jsonl.7.new"), "half");
    Files.writeString(
        folder.resolve("revivals.jsonl.8.new"), "of the same owner, from an earlier attempt");
    Files.writeString(folder.resolve("revivals.jsonl.9.new"), "half");
    Files.writeString(folder.resolve("revivals.jsonl.notes.new"), "an operator's");
    owner(8).append(event("new"));
    assertEquals(
        List.of("revivals.jsonl", "revivals.jsonl.9.new", "revivals.jsonl.notes.new"), names());
    assertEquals(List.of("new"), details());
  }

  @Test
  void aDeletedJournalIsRestoredWithTheNextLine() throws IOException {
    RevivalJournal journal = owner(7);
    journal.append(event("one"));
    Files.delete(file());
    journal.append(event("two"));
    assertEquals(List.of("one", "two"), details());
  }

  @Test
  void permissionsThatAnOperatorHasChangedAreKept() throws IOException {
    owner(7).append(event("one"));
    var permissions = PosixFilePermissions.fromString("rw-r-----");
    Files.setPosixFilePermissions(file(), permissions);
    owner(8).append(event("two"));
    assertEquals(permissions, Files.getPosixFilePermissions(file()));
  }

  @Test
  void anOwnerThatIsInterruptedAtItsFirstLineLosesNothing() throws IOException {
    owner(7).append(event("one"));
    RevivalJournal journal = owner(8);
    Thread.currentThread().interrupt();
    assertThrows(IOException.class, () -> journal.append(event("broken off")));
    assertTrue(Thread.interrupted());
    journal.append(event("two"));
    assertEquals(List.of("one", "two"), details());
    assertEquals(List.of("revivals.jsonl"), names());
  }

  @Test
  void aDiskThatIsFullAtAnOwnersFirstLineLeavesTheJournalAsItWas() throws IOException {
    Configuration small =
        Configuration.unix().toBuilder().setBlockSize(512).setMaxSize(4096).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path file = disk.getPath("/cell/logs/revivals.jsonl");
      try (RevivalJournal before = RevivalJournal.open(CELL, file, CLOCK, author(7))) {
        before.append(event("one"));
      }
      String whole = Files.readString(file);
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK, author(8))) {
        assertThrows(IOException.class, () -> journal.append(event("x".repeat(5000))));
        assertEquals(whole, Files.readString(file));
        assertEquals(2, journal.append(event("two")).get(0).seq());
      }
      assertEquals(2, Files.readAllLines(file).size());
    }
  }
}
