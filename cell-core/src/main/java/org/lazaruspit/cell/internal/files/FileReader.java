package org.lazaruspit.cell.internal.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads untrusted files: opens regular files only, and up to a maximum length. */
public final class FileReader {
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final InstantSource clock;
  private final int maxBytes;

  public FileReader(InstantSource clock, int maxBytes) {
    this.clock = clock;
    this.maxBytes = maxBytes;
  }

  /** Reason why a file cannot be used. */
  public static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;
    private final String found;
    private final String expected;

    public Unusable(String found, String expected) {
      super(found, null, false, false);
      this.found = found;
      this.expected = expected;
    }

    String found() {
      return found;
    }

    String expected() {
      return expected;
    }
  }

  /** Returns the attributes of a path, without following a link, or null if it does not exist. */
  public @Nullable BasicFileAttributes stat(Path path) throws Unusable {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  public FileStamp stamp(BasicFileAttributes attributes) {
    return FileStamp.of(attributes, TimeUnit.MILLISECONDS.toNanos(clock.millis()));
  }

  /** Refuses everything but a regular file within the maximum length. */
  public void requireFile(BasicFileAttributes attributes) throws Unusable {
    if (!attributes.isRegularFile()) {
      throw new Unusable(kind(attributes), "a regular file");
    }
    if (attributes.size() > maxBytes) {
      throw new Unusable(attributes.size() + " bytes", "at most " + maxBytes + " bytes");
    }
  }

  /** Refuses everything but a directory. */
  public static void requireDirectory(BasicFileAttributes attributes) throws Unusable {
    if (!attributes.isDirectory()) {
      throw new Unusable(kind(attributes), "a directory");
    }
  }

  public static String kind(BasicFileAttributes attributes) {
    if (attributes.isSymbolicLink()) {
      return "a symbolic link";
    }
    if (attributes.isDirectory()) {
      return "a directory";
    }
    return attributes.isRegularFile() ? "a regular file" : "a special file";
  }

  /**
   * Reads a file that was just found to be regular; returns null if it vanished. Later growth is
   * left to the next scan, which finds another size.
   */
  public byte @Nullable [] read(Path path, long expectedSize) throws Unusable {
    try (SeekableByteChannel channel = Files.newByteChannel(path, READ)) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(expectedSize, maxBytes));
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        // Until the buffer is full or the file ends.
      }
      return buffer.hasRemaining()
          ? Arrays.copyOf(buffer.array(), buffer.position())
          : buffer.array();
    } catch (NoSuchFileException e) {
      return null;
    } catch (ClosedByInterruptException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  public static Unusable unreadable(IOException e) {
    return new Unusable(Problems.describe(e), "a readable file");
  }
}
