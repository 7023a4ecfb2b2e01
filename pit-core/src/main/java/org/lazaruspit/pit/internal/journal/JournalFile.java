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
 * File of lines, appended to by successive owners with rising epochs. At its first line an owner
 * replaces the file with a copy: a previous owner that was suspended before its write then writes
 * to a file that is no longer the journal. Not thread-safe.
 */
final class JournalFile implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(JournalFile.class);
  static final int MAX_LINE = 1 << 20;
  private static final String NEW = ".new";

  private final Path path;
  private final OptionalLong epoch;
  private FileChannel channel;
  private @Nullable Object key;

  /** Size in bytes of the complete lines on disk; bytes after them do not count. */
  private long length;

  /** Set if a partial write could not be undone. */
  private boolean torn;

  /** Whether this owner created the file, so that no earlier owner has it open. */
  private boolean own;

  /** Receives each line, with its number from 1. */
  interface Reader {
    void line(int number, ByteArrayOutputStream line);
  }

  private JournalFile(Path path, OptionalLong epoch, FileChannel channel) {
    this.path = path;
    this.epoch = epoch;
    this.channel = channel;
  }

  /** Opens the file, and creates it if it is missing. */
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

  /** Returns the identity of the file behind the path; null if the file system has none. */
  private static @Nullable Object keyAt(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS).fileKey();
  }

  long length() {
    return length;
  }

  /** Reads all complete lines, and cuts off an incomplete last one. */
  void readAll(long most, Reader reader) throws IOException {
    if (channel.size() > most) {
      throw new IOException(path + ": " + channel.size() + " bytes, more than a journal's " + most);
    }
    length = read(channel, reader);
    if (length < channel.size()) {
      log.warn("{}: last line is incomplete; {} bytes cut off", path, channel.size() - length);
      cut();
    }
    channel.position(length);
  }

  /** Returns the size in bytes of the complete lines. */
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

  /** Writes complete lines with one fsync; on failure the file holds none of them. */
  void append(byte[] lines) throws IOException {
    try {
      reopenIfClosed();
      if (torn) {
        cut();
      }
      boolean inPlace = isInPlace();
      if (!inPlace || (!own && epoch.isPresent())) {
        takeOver(lines, inPlace);
      } else {
        appendInPlace(lines);
      }
      length += lines.length;
    } catch (IOException e) {
      throw new IOException(path + ": could not write the journal: " + e.getMessage(), e);
    }
  }

  /** An interrupt of a writing thread closes the channel for all threads. */
  private void reopenIfClosed() throws IOException {
    if (!channel.isOpen()) {
      channel = channel(path, StandardOpenOption.WRITE);
      if (!isInPlace()) {
        channel.close();
        throw new IOException(
            "another file is in its place; nothing more is decided for this cell");
      }
      cut();
    }
  }

  /** Returns whether the path still leads to the open file. */
  private boolean isInPlace() throws IOException {
    try {
      return Objects.equals(key, keyAt(path));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private void appendInPlace(byte[] lines) throws IOException {
    if (channel.size() != length) {
      throw new IOException(
          "another program has written to it; nothing more is decided for this cell");
    }
    try {
      write(channel, lines);
      channel.force(false);
    } catch (IOException e) {
      undoWrite(e);
      throw e;
    }
  }

  private static void write(FileChannel to, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      to.write(buffer);
    }
  }

  /** Removes a partial line, to which the next line would be appended. */
  private void undoWrite(IOException cause) {
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

  /** Replaces the file with the lines read so far and these new lines. */
  private void takeOver(byte[] lines, boolean inPlace) throws IOException {
    requireNewestEpoch(inPlace);
    deleteCopiesOfOlderOwners();
    Path copy = path.resolveSibling(path.getFileName() + "." + epoch.orElse(0) + NEW);
    Files.deleteIfExists(copy); // of an earlier attempt
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
      undoWrite(e);
      throw e;
    }
  }

  private void copyTo(FileChannel next) throws IOException {
    long copied = 0;
    while (copied < length) {
      long more = channel.transferTo(copied, length - copied, next);
      if (more <= 0) {
        throw new IOException("the file has become shorter; nothing more is decided for this cell");
      }
      copied += more;
    }
  }

  /** Keeps permissions that an operator has changed. */
  private void copyPermissions(Path copy) throws IOException {
    PosixFileAttributeView before =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, NOFOLLOW_LINKS);
    if (before != null && Files.exists(path, NOFOLLOW_LINKS)) {
      Files.setPosixFilePermissions(copy, before.readAttributes().permissions());
    }
  }

  /** Lines that an older owner has appended since the file was read do not count. */
  private void requireNewestEpoch(boolean inPlace) throws IOException {
    boolean unread = inPlace ? channel.size() != length : Files.exists(path, NOFOLLOW_LINKS);
    if (!unread) {
      return;
    }
    OptionalLong newest = newestAt(path);
    if (epoch.isEmpty() || newest.orElse(Long.MIN_VALUE) >= epoch.getAsLong()) {
      throw new IOException(
          "another program has written to it; nothing more is decided for this cell");
    }
    log.warn("{}: late lines of an owner of epoch {} do not count", path, newest);
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
              log.debug("{}: line {} has no epoch", file, number, e);
            }
          });
    }
    return epochs.stream().mapToLong(Long::longValue).max();
  }

  /** Deletes unfinished copies of older owners, so that none replaces the file later. */
  private void deleteCopiesOfOlderOwners() throws IOException {
    Path folder = Objects.requireNonNull(path.getParent());
    String begin = path.getFileName() + ".";
    try (DirectoryStream<Path> copies = Files.newDirectoryStream(folder, begin + "*" + NEW)) {
      for (Path copy : copies) {
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
