package org.lazaruspit.cell.internal.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Open directory whose entries are accessed through its descriptor, if the file system supports
 * that: an agent cannot redirect a walk by swapping a directory for a link.
 */
public final class SecureDirectory implements Closeable {
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final Path path;
  private final DirectoryStream<Path> stream;
  private final @Nullable SecureDirectoryStream<Path> secure;

  private SecureDirectory(Path path, DirectoryStream<Path> stream) {
    this.path = path;
    this.stream = stream;
    this.secure = stream instanceof SecureDirectoryStream<Path> s ? s : null;
  }

  @SuppressWarnings("StreamResourceLeak") // closed by the instance
  private static DirectoryStream<Path> stream(Path path) throws IOException {
    return Files.newDirectoryStream(path);
  }

  /** Opens a directory; refuses a link. */
  public static SecureDirectory open(Path path) throws IOException {
    AtomicFiles.requireDirectory(path);
    return new SecureDirectory(path, stream(path));
  }

  public SecureDirectory open(Path name, BasicFileAttributes attributes) throws IOException {
    if (!attributes.isDirectory()) {
      throw new IOException(path.resolve(name) + " is " + FileReader.kind(attributes));
    }
    return secure == null
        ? new SecureDirectory(path.resolve(name), stream(path.resolve(name)))
        : new SecureDirectory(
            path.resolve(name), secure.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS));
  }

  /** Returns the sorted names of the entries; may be called once. */
  public List<Path> names(int most) throws IOException {
    List<Path> names = new ArrayList<>();
    try {
      for (Path entry : stream) {
        if (names.size() == most) {
          throw new IOException(path + " has more than " + most + " entries");
        }
        names.add(entry.getFileName());
      }
    } catch (DirectoryIteratorException e) {
      throw new IOException(path + " cannot be listed", e);
    }
    names.sort(null);
    return names;
  }

  public BasicFileAttributes attributes(Path name) throws IOException {
    if (secure == null) {
      return Files.readAttributes(
          path.resolve(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }
    return secure
        .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  public SeekableByteChannel read(Path name) throws IOException {
    return secure == null
        ? Files.newByteChannel(path.resolve(name), READ)
        : secure.newByteChannel(name, READ);
  }

  /** Removes an entry with its content. */
  void delete(Path name) throws IOException {
    BasicFileAttributes attributes = attributes(name);
    if (!attributes.isDirectory()) {
      deleteFile(name);
      return;
    }
    try (SecureDirectory inner = open(name, attributes)) {
      for (Path each : inner.names(Integer.MAX_VALUE)) {
        inner.delete(each);
      }
    }
    if (secure == null) {
      Files.delete(path.resolve(name));
    } else {
      secure.deleteDirectory(name);
    }
  }

  private void deleteFile(Path name) throws IOException {
    if (secure == null) {
      Files.delete(path.resolve(name));
    } else {
      secure.deleteFile(name);
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
