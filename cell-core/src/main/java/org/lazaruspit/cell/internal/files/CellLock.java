package org.lazaruspit.cell.internal.files;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Exclusive right to write below one directory, among threads and, on the default file system,
 * among processes. No other code opens the locked file: closing any descriptor of it would drop the
 * lock of the whole JVM. Reentrant.
 */
public final class CellLock implements AutoCloseable {
  @GuardedBy("SHARED")
  private static final Map<Path, Shared> SHARED = new HashMap<>();

  private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(2);

  /** A writer that is stopped in the middle of a change must not block the others for ever. */
  private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(10);

  private final Path key;
  private final Shared shared;

  /** State that the threads of this JVM share for one directory. */
  private static final class Shared {
    private final ReentrantLock lock = new ReentrantLock(true);

    @GuardedBy("SHARED")
    private int users;

    // Used by the thread that holds the lock only. The lock is taken with a timeout and released by
    // close(), which the static check cannot follow.
    private @Nullable FileChannel channel;
  }

  private CellLock(Path key, Shared shared) {
    this.key = key;
    this.shared = shared;
  }

  /**
   * Waits up to 10 s for the lock of a directory, creates the private directory in it if missing,
   * and removes the temporary files of a killed writer.
   */
  public static CellLock acquire(Path directory) throws IOException {
    Path key = directory.toRealPath();
    CellLock lock = new CellLock(key, enter(key));
    long deadline = System.nanoTime() + TIMEOUT;
    lock.awaitThread(deadline);
    try {
      if (lock.shared.lock.getHoldCount() == 1) {
        lock.prepare(new CellLayout(directory), deadline);
      }
      return lock;
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  /** Fails if the file lock was lost: an interrupt closes its channel. */
  public void requireHeld() throws IOException {
    FileChannel channel = shared.channel;
    if (channel != null && !channel.isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private void awaitThread(long deadline) throws IOException {
    boolean ours = false;
    try {
      ours = shared.lock.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ours) {
      leave(key, shared);
      throw new IOException(key + " is locked by another thread, gave up after 10 s");
    }
  }

  private void prepare(CellLayout layout, long deadline) throws IOException {
    AtomicFiles.ensureDirectory(layout.privateDirectory());
    if (layout.directory().getFileSystem().equals(FileSystems.getDefault())) {
      lockFile(layout.privateDirectory().resolve("lock"), deadline);
    }
    // Temporary files are written under this lock only: their writer has ended.
    AtomicFiles.deleteTree(layout.temporary());
  }

  private void lockFile(Path file, long deadline) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    shared.channel = channel;
    while (!tryLock(channel)) {
      if (System.nanoTime() - deadline >= 0) {
        throw new IOException(key + " is locked by another process, gave up after 10 s");
      }
      LockSupport.parkNanos(RETRY);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by a copy of this class in another class loader
    }
  }

  @Override
  public void close() {
    try {
      if (shared.lock.getHoldCount() == 1) {
        FileChannel channel = shared.channel;
        shared.channel = null;
        if (channel != null) {
          AtomicFiles.closeQuietly(channel);
        }
      }
    } finally {
      shared.lock.unlock();
      leave(key, shared);
    }
  }

  private static Shared enter(Path key) {
    synchronized (SHARED) {
      Shared shared = SHARED.computeIfAbsent(key, any -> new Shared());
      shared.users++;
      return shared;
    }
  }

  private static void leave(Path key, Shared shared) {
    synchronized (SHARED) {
      shared.users--;
      if (shared.users == 0) {
        SHARED.remove(key);
      }
    }
  }
}
