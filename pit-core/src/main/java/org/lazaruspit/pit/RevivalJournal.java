package org.lazaruspit.pit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
  private static final long MAX_BYTES = 256L << 20;

  private final UUID cellId;
  private final Path file;
  private final FileChannel channel;
  private final InstantSource clock;
  private final List<JournalEntry> replayed;
  private long nextSeq;

  private RevivalJournal(
      UUID cellId,
      Path file,
      FileChannel channel,
      InstantSource clock,
      List<JournalEntry> replayed) {
    this.cellId = cellId;
    this.file = file;
    this.channel = channel;
    this.clock = clock;
    this.replayed = Collections.unmodifiableList(replayed);
    this.nextSeq = replayed.isEmpty() ? 1 : replayed.get(replayed.size() - 1).seq() + 1;
  }

  /** Opens the journal, reads all of it, and cuts off a last line that was never finished. */
  static RevivalJournal open(UUID cellId, Path file, InstantSource clock) throws IOException {
    OwnDirectory.ensureAround(file);
    FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    try {
      return new RevivalJournal(cellId, file, channel, clock, recover(file, channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static List<JournalEntry> recover(Path file, FileChannel channel) throws IOException {
    if (channel.size() > MAX_BYTES) {
      throw new IOException(
          file + ": " + channel.size() + " bytes, more than a journal's " + MAX_BYTES);
    }
    byte[] bytes = readAll(channel);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    if (end < bytes.length) {
      log.warn(
          "{}: its last line was never finished, cutting off {} bytes", file, bytes.length - end);
      channel.truncate(end);
      channel.force(true);
    }
    channel.position(end);
    return parse(file, new String(bytes, 0, end, UTF_8));
  }

  private static List<JournalEntry> parse(Path file, String text) {
    List<JournalEntry> entries = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      if (!line.isBlank()) {
        try {
          entries.add(JournalLine.read(line));
        } catch (JournalLine.MalformedLineException e) {
          log.warn("{}, line {}: passed over, {}", file, number, e.getMessage());
        }
      }
    }
    return entries;
  }

  private static byte[] readAll(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    channel.position(0);
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
      // reads until the buffer is full or the file has ended
    }
    return buffer.array();
  }

  /** What the file held when it was opened. */
  List<JournalEntry> replayed() {
    return replayed;
  }

  /** Writes the events with one fsync; on failure the file is as it was before. */
  List<JournalEntry> append(List<RevivalEvent> events) throws IOException {
    Instant now = clock.instant();
    List<JournalEntry> entries = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    for (RevivalEvent event : events) {
      JournalEntry entry = new JournalEntry(nextSeq + entries.size(), now, event);
      entries.add(entry);
      lines.append(JournalLine.write(cellId, entry)).append('\n');
    }
    write(lines.toString().getBytes(UTF_8));
    nextSeq += entries.size();
    return entries;
  }

  private void write(byte[] bytes) throws IOException {
    long before = channel.position();
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(false);
    } catch (IOException e) {
      takeBack(before, e);
      throw new IOException(file + ": could not write the journal: " + e.getMessage(), e);
    }
  }

  /** Half a line must not stay where the next one would be glued to it. */
  private void takeBack(long position, IOException cause) {
    try {
      channel.truncate(position);
      channel.position(position);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
