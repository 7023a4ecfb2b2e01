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
 * The append-only file of one cell's revivals: {@code logs/revivals.jsonl}. What {@link #append}
 * returned is on the disk. Not thread-safe: its owner holds a lock.
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
   * Who writes.
   *
   * @param epoch the fencing epoch of the owner; empty where owners are not told apart
   * @param dryRun whether what is written is only decided, and never done
   */
  public record Author(OptionalLong epoch, boolean dryRun) {
    static final Author NOBODY = new Author(OptionalLong.empty(), false);
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
    return open(cellId, file, clock, Author.NOBODY);
  }

  /**
   * Opens the journal, reads all of it, and cuts off a last line that was never finished. One that
   * has become full is put away, and a new one goes on with what still matters.
   *
   * @throws IOException if it cannot be read, or a later owner than this one has written to it
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
      return journal; // it would be full again at once
    }
    journal.close();
    JournalArchive.replace(file, cellId, kept, journal.nextSeq - 1);
    log.info("{}: had become full, {} of {} lines go on", file, kept.size(), journal.nextSeq - 1);
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
      log.warn("{}, line {}: passed over, {}", file, number, e.getMessage());
    }
  }

  /** Fencing: who was replaced must not write any more, whatever he believes. */
  private void requireNewestOwner() throws IOException {
    long newest =
        replayed.stream()
            .flatMapToLong(entry -> entry.epoch().stream())
            .max()
            .orElse(Long.MIN_VALUE);
    if (author.epoch().isPresent() && newest > author.epoch().getAsLong()) {
      throw new IOException(
          "%s: its owner of epoch %d has written to it, ours is %d"
              .formatted(file, newest, author.epoch().getAsLong()));
    }
  }

  /** What the file held when it was opened; what was only tried dry is left out. */
  public List<JournalEntry> replayed() {
    return replayed.stream().filter(entry -> !entry.dryRun()).toList();
  }

  /** Writes the events with one fsync; on failure none of them has happened. */
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
