package org.lazaruspit.cell.internal.files;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes of this module. A file is written under another name, forced to the disk and renamed, and
 * then the directory is forced: a reader finds the old content or the new, never a mix.
 */
public final class AtomicFiles {
  private static final Logger log = LoggerFactory.getLogger(AtomicFiles.class);

  private static final Set<OpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private AtomicFiles() {}

  /** Writes the content of a file. */
  public interface Writing {
    void write(OutputStream out) throws IOException;
  }

  /** Replaces a file; the temporary directory must be on the same disk. */
  public static void replace(Path target, byte[] content, Path temporaryDirectory)
      throws IOException {
    requireDirectory(parent(target));
    ensureDirectory(temporaryDirectory);
    replace(target, temporaryDirectory, permissions(target), out -> out.write(content));
  }

  /** Replaces a file and keeps its permissions; the temporary file is beside it. */
  public static void replace(Path target, byte[] content) throws IOException {
    replace(target, parent(target), permissions(target), out -> out.write(content));
  }

  /** Replaces a file; the temporary file is beside it and has these permissions from the start. */
  public static void replace(Path target, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    replace(target, parent(target), permissions, out -> out.write(content));
  }

  /** Makes a new file appear whole. */
  public static void create(Path target, Writing writing) throws IOException {
    replace(
        target,
        parent(target),
        null,
        out -> {
          OutputStream buffered = new BufferedOutputStream(out);
          writing.write(buffered);
          buffered.flush();
        });
  }

  private static void replace(
      Path target,
      Path temporaryDirectory,
      @Nullable Set<PosixFilePermission> permissions,
      Writing writing)
      throws IOException {
    Path temporary = temporaryDirectory.resolve("." + UUID.randomUUID() + ".tmp");
    try {
      write(temporary, permissions, writing);
      move(temporary, target);
    } catch (IOException | RuntimeException e) {
      deleteQuietly(temporary, e);
      throw e;
    }
    sync(parent(target));
  }

  /** Writes a new file and forces it to the disk. */
  public static void write(Path file, byte[] content) throws IOException {
    write(file, null, out -> out.write(content));
  }

  /** Writes a new file from a stream and forces it to the disk. */
  public static void write(Path file, InputStream content) throws IOException {
    write(file, null, content::transferTo);
  }

  private static void write(
      Path file, @Nullable Set<PosixFilePermission> permissions, Writing writing)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, NEW, attributes(permissions))) {
      if (permissions != null) {
        Files.setPosixFilePermissions(file, permissions); // the umask may have taken some away
      }
      writing.write(Channels.newOutputStream(channel));
      channel.force(true);
    }
  }

  /** Permissions at creation: a secret is at no time readable by other users. */
  private static FileAttribute<?>[] attributes(@Nullable Set<PosixFilePermission> permissions) {
    return permissions == null
        ? new FileAttribute<?>[0]
        : new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
  }

  /**
   * Returns the permissions of a regular file, which an operator may have set; null for any other
   * path.
   */
  private static @Nullable Set<PosixFilePermission> permissions(Path file) throws IOException {
    var view =
        Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view == null) {
      return null;
    }
    try {
      PosixFileAttributes attributes = view.readAttributes();
      return attributes.isRegularFile() ? attributes.permissions() : null;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Renames in one step; replaces a file, or by a directory an empty directory. */
  public static void move(Path from, Path to) throws IOException {
    try {
      // The default file system replaces implicitly; others need the option.
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

  /** Creates a directory if it is missing; refuses a link or a file in its place. */
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

  /** Makes renames and removals in a directory durable, on the default file system only. */
  public static void sync(Path directory) throws IOException {
    if (!directory.getFileSystem().equals(FileSystems.getDefault())) {
      return;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Makes a tree of directories durable; its files were forced when they were written. */
  public static void syncTree(Path root) throws IOException {
    List<Path> directories;
    try (Stream<Path> all = Files.walk(root)) {
      directories = all.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)).toList();
    }
    for (Path directory : directories) {
      sync(directory);
    }
  }

  /** Removes a file, or a directory with its content; follows no link. */
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
      log.warn("{}: could not be closed", closeable, e);
    }
  }

  public static Path parent(Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException(path + " has no parent directory");
    }
    return parent;
  }
}
