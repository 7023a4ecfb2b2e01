package org.lazaruspit.pit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.lazaruspit.pit.builtin.OwnDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The append-only file of one cell's revivals: {@code logs/revivals.jsonl}. What {@link #append}
 * returned is on the disk. Not thread-safe: its owner holds a lock.
 */
final class RevivalJournal implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RevivalJournal.class);
  static final long MAX_BYTES = 256L << 20;
  private static final int MAX_LINE = 1 << 20;

  private final UUID cellId;
  private final Path file;
  private final InstantSource clock;
  private final Author author;
  private final List<JournalEntry> replayed = new ArrayList<>();
  private FileChannel channel;

  /** Bytes that are known to be whole lines on the disk; whatever is behind them never happened. */
  private long length;

  private long nextSeq = 1;

  /** Set when what could not be written could not be taken back either. */
  private boolean torn;

  /**
   * Who writes.
   *
   * @param epoch the fencing epoch of the owner; empty where owners are not told apart
   * @param dryRun whether what is written is only decided, and never done
   */
  record Author(OptionalLong epoch, boolean dryRun) {
    static final Author NOBODY = new Author(OptionalLong.empty(), false);
  }

  private RevivalJournal(
      UUID cellId, Path file, FileChannel channel, InstantSource clock, Author author) {
    this.cellId = cellId;
    this.file = file;
    this.channel = channel;
    this.clock = clock;
    this.author = author;
  }

  static RevivalJournal open(UUID cellId, Path file, InstantSource clock) throws IOException {
    return open(cellId, file, clock, Author.NOBODY);
  }

  /**
   * Opens the journal, reads all of it, and cuts off a last line that was never finished. One that
   * has become full is put away, and a new one goes on with what still matters.
   *
   * @throws IOException if it cannot be read, or a later owner than this one has written to it
   */
  static RevivalJournal open(UUID cellId, Path file, InstantSource clock, Author author)
      throws IOException {
    return open(cellId, file, clock, author, JournalArchive.FULL);
  }

  static RevivalJournal open(UUID cellId, Path file, InstantSource clock, Author author, long full)
      throws IOException {
    RevivalJournal journal = openWhole(cellId, file, clock, author);
    if (journal.length <= full || author.dryRun()) {
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
    OwnDirectory.ensureAround(file);
    boolean fresh = Files.notExists(file, LinkOption.NOFOLLOW_LINKS);
    RevivalJournal journal = new RevivalJournal(cellId, file, channel(file), clock, author);
    try {
      if (fresh) {
        OwnDirectory.force(file);
      }
      journal.recover();
      journal.requireNewestOwner();
      return journal;
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  private static FileChannel channel(Path file) throws IOException {
    return FileChannel.open(
        file,
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        LinkOption.NOFOLLOW_LINKS);
  }

  private void recover() throws IOException {
    if (channel.size() > MAX_BYTES) {
      throw new IOException(
          file + ": " + channel.size() + " bytes, more than a journal's " + MAX_BYTES);
    }
    // Not closed: closing the stream would close the channel.
    InputStream in = new BufferedInputStream(Channels.newInputStream(channel.position(0)), 1 << 16);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long read = 0;
    int lines = 0;
    for (int next = in.read(); next >= 0; next = in.read()) {
      read++;
      if (next == '\n') {
        lines++;
        take(lines, line);
        line.reset();
        length = read;
      } else if (line.size() <= MAX_LINE) {
        line.write(next);
      }
    }
    if (length < channel.size()) {
      log.warn("{}: its last line was never finished, {} bytes cut off", file, read - length);
      cut();
    }
    channel.position(length);
  }

  private void take(int number, ByteArrayOutputStream line) {
    if (line.size() == 0) {
      return;
    }
    try {
      if (line.size() > MAX_LINE) {
        throw new JournalLine.MalformedLineException("longer than " + MAX_LINE + " bytes");
      }
      JournalEntry entry = JournalLine.read(line.toString(UTF_8));
      replayed.add(entry);
      nextSeq = entry.seq() + 1;
    } catch (JournalLine.MalformedLineException e) {
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
  List<JournalEntry> replayed() {
    return replayed.stream().filter(entry -> !entry.dryRun()).toList();
  }

  /** Writes the events with one fsync; on failure none of them has happened. */
  List<JournalEntry> append(List<? extends JournalEvent> events) throws IOException {
    Instant now = clock.instant();
    List<JournalEntry> entries = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    for (JournalEvent event : events) {
      JournalEntry entry =
          new JournalEntry(nextSeq + entries.size(), now, author.epoch(), author.dryRun(), event);
      entries.add(entry);
      lines.append(JournalLine.write(cellId, entry)).append('\n');
    }
    write(lines.toString().getBytes(UTF_8));
    nextSeq += entries.size();
    return entries;
  }

  private void write(byte[] bytes) throws IOException {
    boolean written = false;
    try {
      reopenIfClosed();
      requireUntouched();
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      written = true;
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(false);
      length += bytes.length;
    } catch (IOException e) {
      if (written) {
        takeBack(e);
      }
      throw new IOException(file + ": could not write the journal: " + e.getMessage(), e);
    }
  }

  /** A thread that is interrupted while it writes closes the channel under everybody else. */
  private void reopenIfClosed() throws IOException {
    if (!channel.isOpen()) {
      channel = channel(file);
      cut();
    }
  }

  /** Nobody else writes here: who does believes himself the owner, and one of us is wrong. */
  private void requireUntouched() throws IOException {
    if (torn) {
      cut();
    }
    if (channel.size() != length) {
      throw new IOException("somebody else has written to it, so nothing more is decided here");
    }
  }

  /** Half a line must not stay where the next one would be glued to it. */
  private void takeBack(IOException cause) {
    if (channel.isOpen()) {
      try {
        cut();
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }

  private void cut() throws IOException {
    torn = true;
    channel.truncate(length);
    channel.position(length);
    channel.force(true);
    torn = false;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
