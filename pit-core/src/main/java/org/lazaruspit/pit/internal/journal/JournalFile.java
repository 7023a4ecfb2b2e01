package org.lazaruspit.pit.internal.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AtomicFileWriter;
import org.lazaruspit.pit.internal.os.SafeDirectories;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of lines that one owner after the other goes on with, each with a higher epoch. With its
 * first line an owner puts a copy of the file in its place: whoever was replaced while it was about
 * to write, and was itself stopped there, then writes into a file that nobody reads any more. Not
 * thread-safe.
 */
final class JournalFile implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(JournalFile.class);
  static final int MAX_LINE = 1 << 20;
  private static final String NEW = ".new";

  private final Path path;
  private final OptionalLong epoch;
  private FileChannel channel;
  private @Nullable Object key;

  /** Bytes that are known to be whole lines on the disk; whatever is behind them never happened. */
  private long length;

  /** Set when what could not be written could not be taken back either. */
  private boolean torn;

  /** Whether the file was made by this owner, so that no earlier one has it open. */
  private boolean own;

  /** What is done with each line; its number counts from 1. */
  interface Reader {
    void line(int number, ByteArrayOutputStream line);
  }

  private JournalFile(Path path, OptionalLong epoch, FileChannel channel) {
    this.path = path;
    this.epoch = epoch;
    this.channel = channel;
  }

  /** Opens the file, and makes it where there is none. */
  static JournalFile open(Path path, OptionalLong epoch) throws IOException {
    SafeDirectories.ensureAround(path);
    boolean fresh = Files.notExists(path, NOFOLLOW_LINKS);
    JournalFile file = new JournalFile(path, epoch, channel(path, StandardOpenOption.CREATE));
    try {
      if (fresh) {
        AtomicFileWriter.syncDirectory(Objects.requireNonNull(path.getParent()));
      }
      file.key = keyAt(path);
      return file;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static FileChannel channel(Path path, StandardOpenOption create) throws IOException {
    return FileChannel.open(
        path, create, StandardOpenOption.READ, StandardOpenOption.WRITE, NOFOLLOW_LINKS);
  }

  /** What tells this file from another of the same name; null where the file system does not. */
  private static @Nullable Object keyAt(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS).fileKey();
  }

  long length() {
    return length;
  }

  /** Reads every whole line, and cuts off a last one that was never finished. */
  void readAll(long most, Reader reader) throws IOException {
    if (channel.size() > most) {
      throw new IOException(path + ": " + channel.size() + " bytes, more than a journal's " + most);
    }
    length = read(channel, reader);
    if (length < channel.size()) {
      log.warn(
          "{}: its last line was never finished, {} bytes cut off", path, channel.size() - length);
      cut();
    }
    channel.position(length);
  }

  /** Returns how many bytes are whole lines. */
  private static long read(FileChannel from, Reader reader) throws IOException {
    // Not closed: closing the stream would close the channel.
    InputStream in = new BufferedInputStream(Channels.newInputStream(from.position(0)), 1 << 16);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long read = 0;
    long whole = 0;
    int lines = 0;
    for (int next = in.read(); next >= 0; next = in.read()) {
      read++;
      if (next == '\n') {
        lines++;
        reader.line(lines, line);
        line.reset();
        whole = read;
      } else if (line.size() <= MAX_LINE) {
        line.write(next);
      }
    }
    return whole;
  }

  /** Writes whole lines with one fsync; on failure none of them is there. */
  void append(byte[] lines) throws IOException {
    try {
      reopenIfClosed();
      if (torn) {
        cut();
      }
      boolean there = isThere();
      if (!there || (!own && epoch.isPresent())) {
        takeOver(lines, there);
      } else {
        goOn(lines);
      }
      length += lines.length;
    } catch (IOException e) {
      throw new IOException(path + ": could not write the journal: " + e.getMessage(), e);
    }
  }

  /** A thread that is interrupted while it writes closes the channel under everybody else. */
  private void reopenIfClosed() throws IOException {
    if (!channel.isOpen()) {
      channel = channel(path, StandardOpenOption.WRITE);
      if (!isThere()) {
        channel.close();
        throw new IOException("another file is in its place, so nothing more is decided here");
      }
      cut();
    }
  }

  /** Whether the name still leads to the file that we have open. */
  private boolean isThere() throws IOException {
    try {
      return Objects.equals(key, keyAt(path));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private void goOn(byte[] lines) throws IOException {
    if (channel.size() != length) {
      throw new IOException("somebody else has written to it, so nothing more is decided here");
    }
    try {
      write(channel, lines);
      channel.force(false);
    } catch (IOException e) {
      takeBack(e);
      throw e;
    }
  }

  private static void write(FileChannel to, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      to.write(buffer);
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

  /** Puts what we have read, and these lines, in the place of whatever is there now. */
  private void takeOver(byte[] lines, boolean there) throws IOException {
    requireNobodyNewer(there);
    deleteWhatOlderOnesHaveBegun();
    Path copy = path.resolveSibling(path.getFileName() + "." + epoch.orElse(0) + NEW);
    Files.deleteIfExists(copy); // of an earlier try
    FileChannel next = channel(copy, StandardOpenOption.CREATE_NEW);
    try {
      copyTo(next);
      write(next, lines);
      copyPermissions(copy);
      next.force(true);
      Object nextKey = keyAt(copy);
      Files.move(copy, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      channel.close();
      channel = next;
      key = nextKey;
      own = true;
    } catch (IOException | RuntimeException e) {
      next.close();
      Files.deleteIfExists(copy);
      throw e;
    }
    try {
      AtomicFileWriter.syncDirectory(Objects.requireNonNull(path.getParent()));
    } catch (IOException e) {
      takeBack(e);
      throw e;
    }
  }

  private void copyTo(FileChannel next) throws IOException {
    long copied = 0;
    while (copied < length) {
      long more = channel.transferTo(copied, length - copied, next);
      if (more <= 0) {
        throw new IOException("it has become shorter, so nothing more is decided here");
      }
      copied += more;
    }
  }

  /** The operator may have changed who may read it. */
  private void copyPermissions(Path copy) throws IOException {
    PosixFileAttributeView before =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, NOFOLLOW_LINKS);
    if (before != null && Files.exists(path, NOFOLLOW_LINKS)) {
      Files.setPosixFilePermissions(copy, before.readAttributes().permissions());
    }
  }

  /** What an older owner has written since we have read the file never counted. */
  private void requireNobodyNewer(boolean there) throws IOException {
    boolean unread = there ? channel.size() != length : Files.exists(path, NOFOLLOW_LINKS);
    if (!unread) {
      return;
    }
    OptionalLong newest = newestAt(path);
    if (epoch.isEmpty() || newest.orElse(Long.MIN_VALUE) >= epoch.getAsLong()) {
      throw new IOException("somebody else has written to it, so nothing more is decided here");
    }
    log.warn("{}: what an owner of epoch {} has written too late does not count", path, newest);
  }

  private static OptionalLong newestAt(Path file) throws IOException {
    List<Long> epochs = new ArrayList<>();
    try (FileChannel other = FileChannel.open(file, StandardOpenOption.READ, NOFOLLOW_LINKS)) {
      read(
          other,
          (number, line) -> {
            try {
              JournalCodec.read(line.toString(UTF_8)).epoch().ifPresent(epochs::add);
            } catch (JournalCodec.MalformedLineException e) {
              log.debug("{}, line {}: tells of no owner", file, number, e);
            }
          });
    }
    return epochs.stream().mapToLong(Long::longValue).max();
  }

  /** One that was stopped in the middle of taking over will not find its copy any more. */
  private void deleteWhatOlderOnesHaveBegun() throws IOException {
    Path folder = Objects.requireNonNull(path.getParent());
    String begin = path.getFileName() + ".";
    try (DirectoryStream<Path> begun = Files.newDirectoryStream(folder, begin + "*" + NEW)) {
      for (Path copy : begun) {
        String name = copy.getFileName().toString();
        String number = name.substring(begin.length(), name.length() - NEW.length());
        if (number.matches("[0-9]{1,18}") && Long.parseLong(number) < epoch.orElse(0)) {
          Files.deleteIfExists(copy);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
