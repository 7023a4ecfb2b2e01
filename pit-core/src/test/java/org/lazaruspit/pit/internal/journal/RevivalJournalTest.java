package org.lazaruspit.pit.internal.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.Revival.Origin;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.RevivalStep;
import org.lazaruspit.pit.internal.journal.RestrictionEvent.Change;
import org.lazaruspit.pit.internal.journal.RevivalEvent.AttemptFailed;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Decided;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Ended;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Requested;
import org.lazaruspit.pit.internal.journal.RevivalEvent.StepTaken;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;
import org.lazaruspit.pit.internal.ledger.RevivalLedger;

final class RevivalJournalTest {

  private static final UUID CELL = new UUID(7, 7);
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-31T09:30:00.123456Z"));
  private static final Subject SUBJECT = new Subject("rv-1", "writer", FailureCause.EXIT, 1, 4);

  private static FileSystem disk() {
    return Jimfs.newFileSystem(Configuration.unix());
  }

  private static Path journalOn(FileSystem disk) {
    return disk.getPath("/cell/logs/revivals.jsonl");
  }

  @Test
  void eachLineHasTheAgreedFields() throws IOException {
    try (FileSystem disk = disk();
        RevivalJournal journal = RevivalJournal.open(CELL, journalOn(disk), CLOCK)) {
      journal.append(List.of(new StepTaken(SUBJECT, RevivalStep.START, "says \"hi\"\n")));
      assertEquals(
          "{\"seq\":1,\"at\":\"2026-01-31T09:30:00.123456Z\",\"revival\":\"rv-1\","
              + "\"cell_id\":\"00000000-0000-0007-0000-000000000007\",\"agent_id\":\"writer\","
              + "\"event\":\"start\",\"status\":\"reviving\",\"attempt\":1,\"incarnation\":4,"
              + "\"cause\":\"exit\",\"detail\":\"says \\\"hi\\\"\\n\"}\n",
          Files.readString(journalOn(disk)));
    }
  }

  @Property(tries = 200)
  void aJournalCutAtAnyByteReplaysEveryCompleteLineAndContinues(
      @ForAll("events") @Size(min = 1, max = 8) List<JournalEvent> events,
      @ForAll @net.jqwik.api.constraints.DoubleRange(min = 0, max = 1) double where)
      throws IOException {
    try (FileSystem disk = disk()) {
      Path file = journalOn(disk);
      List<JournalEntry> written;
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK)) {
        written = journal.append(events);
      }
      byte[] whole = Files.readAllBytes(file);
      int cut = (int) (whole.length * where);
      Files.write(file, java.util.Arrays.copyOf(whole, cut));
      long finished = new String(whole, 0, cut, UTF_8).chars().filter(c -> c == '\n').count();
      List<JournalEntry> expected = new ArrayList<>(written.subList(0, (int) finished));

      try (RevivalJournal again = RevivalJournal.open(CELL, file, CLOCK)) {
        assertEquals(expected, again.replayed());
        // Shorter than most of the cut parts: none of them may remain behind it.
        expected.addAll(again.append(List.of(new AttemptFailed(SUBJECT, ""))));
      }
      try (RevivalJournal third = RevivalJournal.open(CELL, file, CLOCK)) {
        assertEquals(expected, third.replayed());
        assertEquals(expected.size(), Files.readAllLines(file).size());
        for (int i = 0; i < expected.size(); i++) {
          assertEquals(i + 1, expected.get(i).seq());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "incarnation, 4, 9223372036854775807",
    "incarnation, 4, 1000000001",
    "incarnation, 4, -9223372036854775808",
    "attempt, 1, -1",
    "seq, 2, 9223372036854775807"
  })
  void aLineWithANumberOutsideOfItsRangeIsSkippedAndKept(String field, String good, String bad)
      throws IOException {
    try (FileSystem disk = disk()) {
      Path file = journalOn(disk);
      StepTaken step = new StepTaken(SUBJECT, RevivalStep.STOP, "");
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK)) {
        journal.append(List.of(step, step));
      }
      List<String> lines = new ArrayList<>(Files.readAllLines(file));
      String name = "\"" + field + "\":";
      lines.set(1, lines.get(1).replace(name + good + ",", name + bad + ","));
      Files.write(file, lines);
      try (RevivalJournal again = RevivalJournal.open(CELL, file, CLOCK)) {
        assertEquals(1, again.replayed().size());
        assertEquals(2, again.append(List.of(step)).get(0).seq());
      }
      assertEquals(lines, Files.readAllLines(file).subList(0, 2));
    }
  }

  @Test
  void aMalformedLineIsSkippedAndKept() throws IOException {
    try (FileSystem disk = disk()) {
      Path file = journalOn(disk);
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK)) {
        journal.append(
            List.of(Requested.revival(SUBJECT, Origin.DEATH, RevivalStatus.PENDING, "gone")));
      }
      String good = Files.readString(file);
      String bad = "{\"seq\":\"x\"}\nnot json at all\n" + "[".repeat(2000) + "\n";
      Files.writeString(file, bad + good);
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK)) {
        assertEquals(1, journal.replayed().size());
      }
      assertEquals(bad + good, Files.readString(file));
    }
  }

  @Test
  void aLinkInPlaceOfTheJournalIsNotFollowed() throws IOException {
    try (FileSystem disk = disk()) {
      Path file = journalOn(disk);
      Files.createDirectories(file.getParent());
      Path elsewhere = Files.writeString(disk.getPath("/elsewhere"), "untouched");
      Files.createSymbolicLink(file, elsewhere);
      assertThrows(IOException.class, () -> RevivalJournal.open(CELL, file, CLOCK));
      assertEquals("untouched", Files.readString(elsewhere));
    }
  }

  @Test
  void aLinkInPlaceOfTheFolderIsNotFollowed() throws IOException {
    try (FileSystem disk = disk()) {
      Path file = journalOn(disk);
      Path elsewhere = Files.createDirectories(disk.getPath("/elsewhere"));
      Files.createDirectories(disk.getPath("/cell"));
      Files.createSymbolicLink(file.getParent(), elsewhere);
      assertThrows(IOException.class, () -> RevivalJournal.open(CELL, file, CLOCK));
      assertFalse(Files.exists(elsewhere.resolve("revivals.jsonl")));
    }
  }

  @Test
  void aThreadThatIsInterruptedWhileItWritesLosesNothingForTheOthers(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("revivals.jsonl");
    RevivalEvent event = new AttemptFailed(SUBJECT, "x");
    try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK)) {
      journal.append(List.of(event));
      Thread.currentThread().interrupt();
      assertThrows(IOException.class, () -> journal.append(List.of(event, event)));
      assertTrue(Thread.interrupted());
      assertEquals(2, journal.append(List.of(event)).get(0).seq());
      assertEquals(2, Files.readAllLines(file).size());
    }
  }

  @Test
  void aFullDiskLeavesTheJournalAsItWas() throws IOException {
    Configuration small =
        Configuration.unix().toBuilder().setBlockSize(512).setMaxSize(2048).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path file = journalOn(disk);
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK)) {
        journal.append(
            List.of(Requested.revival(SUBJECT, Origin.DEATH, RevivalStatus.PENDING, "gone")));
        String before = Files.readString(file);
        RevivalEvent huge = new AttemptFailed(SUBJECT, "x".repeat(5000));
        IOException e = assertThrows(IOException.class, () -> journal.append(List.of(huge)));
        assertTrue(e.getMessage().contains("revivals.jsonl"), e::getMessage);
        assertEquals(before, Files.readString(file));
        assertEquals(2, journal.append(List.of(new AttemptFailed(SUBJECT, "x"))).get(0).seq());
      }
    }
  }

  @Provide
  Arbitrary<List<JournalEvent>> events() {
    return Arbitraries.<JournalEvent>oneOf(event(), restriction()).list();
  }

  static Arbitrary<RevivalEvent> event() {
    Arbitrary<Subject> subjects =
        Combinators.combine(
                Arbitraries.of("rv-1", "rv-2", "rv-3"),
                Arbitraries.of("writer", "reader"),
                Arbitraries.of(FailureCause.class),
                Arbitraries.integers().between(0, 5),
                Arbitraries.longs().between(0, Incarnation.MAX))
            .as(Subject::new);
    Arbitrary<String> details = Arbitraries.strings().ofMaxLength(30);
    return Arbitraries.oneOf(
        Combinators.combine(
                subjects,
                Arbitraries.of(
                    RevivalStatus.PENDING, RevivalStatus.PENDING_APPROVAL, RevivalStatus.DECLINED),
                details)
            .as(
                (subject, status, detail) ->
                    Requested.revival(subject, Origin.DEATH, status, detail)),
        Combinators.combine(subjects, details)
            .as(
                (subject, detail) ->
                    new Requested(
                        subject,
                        Origin.HANDOVER,
                        Optional.of("backup"),
                        RevivalStatus.PENDING_APPROVAL,
                        detail)),
        Combinators.combine(subjects, Arbitraries.of("ab12", "cd34"), details)
            .as(
                (subject, hash, detail) ->
                    new StepTaken(subject, RevivalStep.START, Optional.of(hash), detail)),
        Combinators.combine(subjects, Arbitraries.of(true, false), details).as(Decided::new),
        Combinators.combine(subjects, Arbitraries.of(RevivalStep.class), details)
            .as(StepTaken::new),
        Combinators.combine(subjects, details).as(AttemptFailed::new),
        Combinators.combine(
                subjects,
                Arbitraries.of(
                    RevivalStatus.REVIVED, RevivalStatus.FAILED, RevivalStatus.SUPERSEDED),
                details)
            .as(Ended::new));
  }

  static Arbitrary<RestrictionEvent> restriction() {
    Arbitrary<String> details = Arbitraries.strings().ofMaxLength(30);
    Arbitrary<String> agents = Arbitraries.of("", "writer", "reader");
    Arbitrary<Optional<Instant>> ends =
        Arbitraries.longs().between(0, 4_000_000_000L).map(Instant::ofEpochSecond).optional();
    return Arbitraries.oneOf(
        Combinators.combine(
                Arbitraries.of(Change.STOPPED, Change.RESUMED, Change.LIFTED), agents, details)
            .as((change, agent, detail) -> RestrictionEvent.of(change, agent, 3, detail)),
        Combinators.combine(agents, ends, details).as(RestrictionEvent::paused),
        Combinators.combine(Arbitraries.of(FailureCause.class), details)
            .as((cause, detail) -> RestrictionEvent.held("writer", 2, cause, detail)),
        Combinators.combine(Arbitraries.of(true, false), details)
            .as((marked, detail) -> RestrictionEvent.quarantined("writer", 2, marked, detail)));
  }

  @Test
  void aWriterThatWasReplacedIsRefused() throws IOException {
    try (FileSystem disk = disk()) {
      Path file = journalOn(disk);
      JournalEvent event = new AttemptFailed(SUBJECT, "x");
      try (RevivalJournal later = RevivalJournal.open(CELL, file, CLOCK, epoch(8))) {
        later.append(List.of(event));
      }
      IOException e =
          assertThrows(IOException.class, () -> RevivalJournal.open(CELL, file, CLOCK, epoch(7)));
      assertTrue(e.getMessage().contains("epoch 8"), e::getMessage);
      try (RevivalJournal same = RevivalJournal.open(CELL, file, CLOCK, epoch(8))) {
        assertEquals(2, same.append(List.of(event)).get(0).seq());
      }
    }
  }

  @Test
  void theSecondOfTwoConcurrentWritersIsRefused() throws IOException {
    try (FileSystem disk = disk()) {
      Path file = journalOn(disk);
      JournalEvent event = new AttemptFailed(SUBJECT, "x");
      try (RevivalJournal old = RevivalJournal.open(CELL, file, CLOCK, epoch(7));
          RevivalJournal successor = RevivalJournal.open(CELL, file, CLOCK, epoch(8))) {
        successor.append(List.of(event));
        String before = Files.readString(file);
        IOException e = assertThrows(IOException.class, () -> old.append(List.of(event)));
        assertTrue(e.getMessage().contains("another program"), e::getMessage);
        assertEquals(before, Files.readString(file), "the file is unchanged");
        assertEquals(2, successor.append(List.of(event)).get(0).seq());
      }
    }
  }

  @Test
  void dryRunsChangeNoState() throws IOException {
    try (FileSystem disk = disk()) {
      Path file = journalOn(disk);
      JournalEvent event = Requested.revival(SUBJECT, Origin.DEATH, RevivalStatus.PENDING, "gone");
      RevivalJournal.Author dry = new RevivalJournal.Author(OptionalLong.empty(), true);
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK, dry)) {
        assertTrue(journal.append(List.of(event)).get(0).dryRun());
      }
      assertTrue(Files.readString(file).contains("\"dry_run\":true"));
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK)) {
        assertEquals(List.of(), journal.replayed());
        assertEquals(2, journal.append(List.of(event)).get(0).seq());
      }
    }
  }

  private static RevivalJournal.Author epoch(long epoch) {
    return new RevivalJournal.Author(OptionalLong.of(epoch), false);
  }

  private static RevivalJournal.Author owner() {
    return RevivalJournal.Author.UNFENCED;
  }

  /** Returns the events of an agent that dies repeatedly. */
  private static List<JournalEvent> manyRevivals(int count) {
    List<JournalEvent> events = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      Subject subject = new Subject("rv-" + i, "writer", FailureCause.EXIT, 1, i);
      events.add(Requested.revival(subject, Origin.DEATH, RevivalStatus.PENDING, "gone"));
      events.add(new StepTaken(subject, RevivalStep.STOP, ""));
      events.add(new Ended(subject, RevivalStatus.REVIVED, "healthy"));
    }
    return events;
  }

  @Test
  void aFullJournalIsArchivedAndContinuesWithTheEntriesThatStillMatter() throws IOException {
    try (FileSystem disk = disk()) {
      Path file = journalOn(disk);
      byte[] before;
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK)) {
        journal.append(List.of(RestrictionEvent.of(Change.STOPPED, "reader", 0, "audit")));
        journal.append(
            List.of(
                Requested.revival(
                    new Subject("rv-old", "lead", FailureCause.EXIT, 0, 7),
                    Origin.DEATH,
                    RevivalStatus.PENDING_APPROVAL,
                    "request from long ago")));
        journal.append(manyRevivals(500));
        before = Files.readAllBytes(file);
      }
      RevivalLedger whole;
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK)) {
        whole = RevivalLedger.replay(CELL, journal.replayed());
      }
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK, owner(), 10_000)) {
        RevivalLedger after = RevivalLedger.replay(CELL, journal.replayed());
        assertEquals(whole.open(), after.open());
        assertEquals(whole.of("reader"), after.of("reader"));
        assertEquals(500, after.incarnation("writer"));
        assertEquals(64, after.of("writer").revivals().size());
        assertEquals(whole.of("writer").latest(), after.of("writer").latest());
        assertEquals(1503, journal.append(manyRevivals(1)).get(0).seq(), "numbers continue");
      }
      assertTrue(Files.size(file) < before.length / 4);
      assertArrayEquals(before, Files.readAllBytes(file.resolveSibling("revivals-1502.jsonl")));
      try (Stream<Path> files = Files.list(file.getParent())) {
        assertEquals(
            Set.of("revivals.jsonl", "revivals-1502.jsonl"),
            files.map(path -> path.getFileName().toString()).collect(Collectors.toSet()));
      }
    }
  }

  @Test
  void aJournalThatWasNotYetReplacedIsArchivedAgain() throws IOException {
    try (FileSystem disk = disk()) {
      Path file = journalOn(disk);
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK)) {
        journal.append(manyRevivals(500));
      }
      Files.copy(file, file.resolveSibling("revivals-1500.jsonl"));
      Files.writeString(file.resolveSibling(".6f1f4b0e.tmp"), "half a li");
      try (RevivalJournal journal = RevivalJournal.open(CELL, file, CLOCK, owner(), 10_000)) {
        assertEquals(192, journal.replayed().size());
      }
    }
  }

  /** Archiving changes no decision: it drops only the oldest ended revivals. */
  @Property(tries = 300)
  void theKeptEntriesGiveTheSameLedger(
      @ForAll("events") @Size(max = 60) List<JournalEvent> events) {
    List<JournalEntry> entries = new ArrayList<>();
    for (JournalEvent event : events) {
      entries.add(
          new JournalEntry(entries.size() + 1, Instant.EPOCH, OptionalLong.empty(), false, event));
    }
    RevivalLedger whole = RevivalLedger.replay(CELL, entries);
    RevivalLedger kept = RevivalLedger.replay(CELL, JournalArchive.kept(entries));
    assertEquals(whole.cellIntent(), kept.cellIntent());
    for (String agent : List.of("writer", "reader")) {
      assertEquals(whole.of(agent).intent(), kept.of(agent).intent());
      assertEquals(whole.of(agent).restraint(), kept.of(agent).restraint());
      assertEquals(whole.of(agent).unmarked(), kept.of(agent).unmarked());
      assertEquals(whole.of(agent).open(), kept.of(agent).open());
      assertEquals(whole.incarnation(agent), kept.incarnation(agent));
    }
  }
}
