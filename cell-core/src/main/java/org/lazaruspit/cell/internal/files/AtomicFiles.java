package org.lazaruspit.cell.internal.files;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only code that writes. A file is written under another name, forced to the disk and renamed,
 * and then the directory is forced: at every instant there is the old content or the new.
 */
public final class AtomicFiles {
  private static final Logger log = LoggerFactory.getLogger(AtomicFiles.class);

  private static final Set<OpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private AtomicFiles() {}

  /** Puts content in place of a file; the temporary directory must be on the same disk. */
  public static void replace(Path target, byte[] content, Path temporaryDirectory)
      throws IOException {
    Path parent = parent(target);
    requireDirectory(parent);
    ensureDirectory(temporaryDirectory);
    Path temporary = temporaryDirectory.resolve(UUID.randomUUID() + ".tmp");
    try {
      write(temporary, content);
      copyPermissions(target, temporary);
      move(temporary, target);
    } catch (IOException | RuntimeException e) {
      deleteQuietly(temporary, e);
      throw e;
    }
    sync(parent);
  }

  /** Writes a new file and forces it to the disk. */
  public static void write(Path file, byte[] content) throws IOException {
    try (FileChannel channel = FileChannel.open(file, NEW)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /** Writes a new file from a stream and forces it to the disk. */
  public static void write(Path file, InputStream content) throws IOException {
    try (FileChannel channel = FileChannel.open(file, NEW)) {
      content.transferTo(Channels.newOutputStream(channel));
      channel.force(true);
    }
  }

  /** Writes something of any length. */
  public interface Writing {
    void write(OutputStream out) throws IOException;
  }

  /** Makes a new file appear whole. */
  public static void create(Path target, Writing writing) throws IOException {
    Path parent = parent(target);
    Path temporary = parent.resolve("." + UUID.randomUUID() + ".tmp");
    try {
      try (FileChannel channel = FileChannel.open(temporary, NEW);
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
        writing.write(out);
        out.flush();
        channel.force(true);
      }
      move(temporary, target);
    } catch (IOException | RuntimeException e) {
      deleteQuietly(temporary, e);
      throw e;
    }
    sync(parent);
  }

  /** An operator who closed a file to others finds it closed after we rewrote it. */
  private static void copyPermissions(Path from, Path to) throws IOException {
    var view =
        Files.getFileAttributeView(from, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view == null) {
      return;
    }
    try {
      if (view.readAttributes().isRegularFile()) {
        Files.setPosixFilePermissions(to, view.readAttributes().permissions());
      }
    } catch (NoSuchFileException e) {
      // A new file: what the process gives to new files is right.
    }
  }

  /** Renames in one step; a file or an empty directory in the way is replaced. */
  public static void move(Path from, Path to) throws IOException {
    try {
      // Replacing is implied on the default file system, and must be asked for on others.
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(
          "cannot rename " + from + " to " + to + " in one step: they are on different disks", e);
    }
  }

  public static void delete(Path file) throws IOException {
    Files.delete(file);
    sync(parent(file));
  }

  /** Makes a directory where there is none; anything else there is refused. */
  public static void ensureDirectory(Path directory) throws IOException {
    try {
      requireDirectory(directory);
    } catch (NoSuchFileException e) {
      try {
        Files.createDirectory(directory);
      } catch (FileAlreadyExistsException raced) {
        requireDirectory(directory);
      }
      sync(parent(directory));
    }
  }

  public static void requireDirectory(Path directory) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(directory, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isDirectory()) {
      throw new NotDirectoryException(
          directory + " is " + FileReader.kind(attributes) + ", not a directory");
    }
  }

  /** Makes renames and removals in a directory last; only the default file system promises that. */
  public static void sync(Path directory) throws IOException {
    if (!directory.getFileSystem().equals(FileSystems.getDefault())) {
      return;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Makes a whole tree of directories last; its files were forced when they were written. */
  public static void syncTree(Path root) throws IOException {
    List<Path> directories;
    try (Stream<Path> all = Files.walk(root)) {
      directories = all.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)).toList();
    }
    for (Path directory : directories) {
      sync(directory);
    }
  }

  /** Removes a file or a directory with all that is in it, following no link. */
  public static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (SecureDirectory around = SecureDirectory.open(parent(root))) {
      around.delete(root.getFileName());
    }
  }

  public static void deleteQuietly(Path path, Throwable cause) {
    try {
      deleteTree(path);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  public static void closeQuietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      log.warn("Could not close {}", closeable, e);
    }
  }

  public static Path parent(Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException(path + " has no directory around it");
    }
    return parent;
  }
}
