package org.lazaruspit.cell;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Disk that delegates to another, counts changes (create, write, force, rename, remove) and fails
 * at a given count: once, as a full disk does, or from then on, as a killed process sees it. After
 * a stop unforced writes are lost, as after a power cut.
 */
final class FaultyDisk extends FileSystemProvider {
  private final FileSystem disk;
  private final DelegatingFileSystem front = new DelegatingFileSystem(this);
  private final Set<Path> unforced = new HashSet<>();
  private int left = Integer.MAX_VALUE;
  private boolean stopped;
  private boolean once;

  FaultyDisk(FileSystem disk) {
    this.disk = disk;
  }

  FileSystem disk() {
    return disk;
  }

  Path path(String name) {
    return wrap(disk.getPath(name));
  }

  /** Fails after this number of changes: the next change only, or all further changes. */
  void failAfter(int changes, boolean onlyOnce) {
    left = changes;
    once = onlyOnce;
  }

  /** Returns whether the failure was reached. */
  boolean failed() {
    return stopped;
  }

  /** Works again, as before or as after a power cut. */
  void restart(boolean cut) throws IOException {
    left = Integer.MAX_VALUE;
    stopped = false;
    for (Path path : unforced) {
      if (cut && Files.isRegularFile(path)) {
        Files.write(path, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
      }
    }
    unforced.clear();
  }

  private void change(String what) throws IOException {
    if ((stopped && !once) || left == 0) {
      left = once ? Integer.MAX_VALUE : 0;
      stopped = true;
      throw new IOException("no space left on device: " + what);
    }
    left--;
  }

  Path wrap(Path path) {
    return (Path)
        Proxy.newProxyInstance(
            FaultyDisk.class.getClassLoader(),
            new Class<?>[] {Path.class},
            (proxy, method, arguments) -> {
              Object[] given = arguments == null ? new Object[0] : arguments.clone();
              for (int i = 0; i < given.length; i++) {
                given[i] = given[i] instanceof Path other ? unwrap(other) : given[i];
              }
              if (method.getName().equals("getFileSystem")) {
                return front;
              }
              if (method.getName().equals("iterator")) {
                return wrap(path.iterator());
              }
              try {
                Object result = method.invoke(path, given);
                return result instanceof Path inner ? wrap(inner) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }

  private Iterator<Path> wrap(Iterator<Path> paths) {
    List<Path> wrapped = new ArrayList<>();
    paths.forEachRemaining(path -> wrapped.add(wrap(path)));
    return wrapped.iterator();
  }

  /** Returns the path of the wrapped disk with the same text. */
  private Path unwrap(Path path) {
    return path.getFileSystem().equals(front) ? disk.getPath(path.toString()) : path;
  }

  private FileSystemProvider real() {
    return disk.provider();
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path file = unwrap(path);
    boolean writes = options.contains(StandardOpenOption.WRITE);
    if (writes) {
      change("open " + file);
      unforced.add(file.toAbsolutePath());
    }
    FileChannel channel = real().newFileChannel(file, options, attributes);
    return new DelegatingFileChannel(channel) {
      @Override
      public int write(ByteBuffer source) throws IOException {
        try {
          change("write " + file);
        } catch (IOException e) {
          ByteBuffer half = source.duplicate();
          half.limit(half.position() + half.remaining() / 2);
          super.write(half);
          throw e;
        }
        return super.write(source);
      }

      @Override
      public void force(boolean metaData) throws IOException {
        change("force " + file);
        super.force(metaData);
        unforced.remove(file.toAbsolutePath());
      }
    };
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return options.contains(StandardOpenOption.WRITE)
        ? newFileChannel(path, options, attributes)
        : real().newByteChannel(unwrap(path), options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    DirectoryStream<Path> stream = real().newDirectoryStream(unwrap(directory), path -> true);
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return wrap(stream.iterator());
      }

      @Override
      public void close() throws IOException {
        stream.close();
      }
    };
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    change("create " + directory);
    real().createDirectory(unwrap(directory), attributes);
  }

  @Override
  public void delete(Path path) throws IOException {
    change("delete " + path);
    real().delete(unwrap(path));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    change("move " + source + " to " + target);
    Path from = unwrap(source).toAbsolutePath();
    Path to = unwrap(target).toAbsolutePath();
    real().move(from, to, options);
    for (Path path : List.copyOf(unforced)) {
      if (path.startsWith(from)) {
        unforced.remove(path);
        unforced.add(to.resolve(from.relativize(path)));
      }
    }
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return real().isSameFile(unwrap(path), unwrap(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real().isHidden(unwrap(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return real().getFileStore(unwrap(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real().checkAccess(unwrap(path), modes);
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return real().getFileAttributeView(unwrap(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return real().readAttributes(unwrap(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return real().readAttributes(unwrap(path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    real().setAttribute(unwrap(path), name, value, options);
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return front;
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }
}
