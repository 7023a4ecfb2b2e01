package org.lazaruspit.pit.internal.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Append-only journal of a cell: {@code logs/revivals.jsonl}. Entries that {@link #append} returns
 * are on disk. Not thread-safe.
 */
public final class RevivalJournal implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RevivalJournal.class);
  static final long MAX_BYTES = 256L << 20;

  private final UUID cellId;
  private final Path file;
  private final InstantSource clock;
  private final Author author;
  private final List<JournalEntry> replayed = new ArrayList<>();
  private final JournalFile lines;

  private long nextSeq = 1;

  /**
   * Writer of a journal.
   *
   * @param epoch the fencing epoch of the owner; empty without fencing
   * @param dryRun whether events are decided and never carried out
   */
  public record Author(OptionalLong epoch, boolean dryRun) {
    static final Author UNFENCED = new Author(OptionalLong.empty(), false);
  }

  private RevivalJournal(
      UUID cellId, Path file, JournalFile lines, InstantSource clock, Author author) {
    this.cellId = cellId;
    this.file = file;
    this.lines = lines;
    this.clock = clock;
    this.author = author;
  }

  public static RevivalJournal open(UUID cellId, Path file, InstantSource clock)
      throws IOException {
    return open(cellId, file, clock, Author.UNFENCED);
  }

  /**
   * Opens the journal, reads all of it, and cuts off an incomplete last line. A full journal is
   * archived and replaced by a new one with the entries that still matter.
   *
   * @throws IOException if it cannot be read, or an owner with a higher epoch has written to it
   */
  public static RevivalJournal open(UUID cellId, Path file, InstantSource clock, Author author)
      throws IOException {
    return open(cellId, file, clock, author, JournalArchive.FULL);
  }

  static RevivalJournal open(UUID cellId, Path file, InstantSource clock, Author author, long full)
      throws IOException {
    RevivalJournal journal = openWhole(cellId, file, clock, author);
    if (journal.lines.length() <= full || author.dryRun()) {
      return journal;
    }
    List<JournalEntry> kept = JournalArchive.kept(journal.replayed);
    if (kept.size() > journal.replayed.size() / 2) {
      return journal; // archiving would free too little
    }
    journal.close();
    JournalArchive.replace(file, cellId, kept, journal.nextSeq - 1);
    log.info(
        "{}: archived: {} of {} lines kept in the new journal",
        file,
        kept.size(),
        journal.nextSeq - 1);
    return openWhole(cellId, file, clock, author);
  }

  private static RevivalJournal openWhole(
      UUID cellId, Path file, InstantSource clock, Author author) throws IOException {
    JournalFile lines = JournalFile.open(file, author.epoch());
    RevivalJournal journal = new RevivalJournal(cellId, file, lines, clock, author);
    try {
      lines.readAll(MAX_BYTES, journal::take);
      journal.requireNewestOwner();
      return journal;
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  private void take(int number, ByteArrayOutputStream line) {
    if (line.size() == 0) {
      return;
    }
    try {
      if (line.size() > JournalFile.MAX_LINE) {
        throw new JournalCodec.MalformedLineException(
            "longer than " + JournalFile.MAX_LINE + " bytes");
      }
      JournalEntry entry = JournalCodec.read(line.toString(UTF_8));
      replayed.add(entry);
      nextSeq = entry.seq() + 1;
    } catch (JournalCodec.MalformedLineException e) {
      log.warn("{}: line {} skipped: {}", file, number, e.getMessage());
    }
  }

  /** Fencing: refuses an owner that has been replaced. */
  private void requireNewestOwner() throws IOException {
    long newest =
        replayed.stream()
            .flatMapToLong(entry -> entry.epoch().stream())
            .max()
            .orElse(Long.MIN_VALUE);
    if (author.epoch().isPresent() && newest > author.epoch().getAsLong()) {
      throw new IOException(
          "%s: an owner of epoch %d has written to it, the epoch of this pit is %d"
              .formatted(file, newest, author.epoch().getAsLong()));
    }
  }

  /** Returns the entries at the time of opening, without those of dry runs. */
  public List<JournalEntry> replayed() {
    return replayed.stream().filter(entry -> !entry.dryRun()).toList();
  }

  /** Writes the events with one fsync; on failure the journal holds none of them. */
  public List<JournalEntry> append(List<? extends JournalEvent> events) throws IOException {
    Instant now = clock.instant();
    List<JournalEntry> entries = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (JournalEvent event : events) {
      JournalEntry entry =
          new JournalEntry(nextSeq + entries.size(), now, author.epoch(), author.dryRun(), event);
      entries.add(entry);
      text.append(JournalCodec.write(cellId, entry)).append('\n');
    }
    lines.append(text.toString().getBytes(UTF_8));
    nextSeq += entries.size();
    return entries;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
