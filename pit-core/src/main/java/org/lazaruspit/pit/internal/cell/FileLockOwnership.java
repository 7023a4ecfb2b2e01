package org.lazaruspit.pit.internal.cell;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.lazaruspit.pit.internal.os.SafeDirectories;
import org.lazaruspit.pit.spi.CellOwnership;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ownership for pits on one machine: a lock on {@code .lazarus/owner.lock}, which holds the epoch
 * and is not used otherwise. The kernel releases the lock at any end of the pit. Thread-safe.
 */
public final class FileLockOwnership implements CellOwnership {

  private static final Logger log = LoggerFactory.getLogger(FileLockOwnership.class);

  /** Paths claimed in this JVM: file locks do not exclude threads of the same JVM. */
  private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();

  /** Creates an instance; it has no settings. */
  public FileLockOwnership() {}

  @Override
  public String name() {
    return "file-lock";
  }

  @Override
  public Optional<Claim> claim(UUID cellId, Path directory) throws IOException {
    Path file = directory.toRealPath().resolve(".lazarus").resolve("owner.lock");
    SafeDirectories.ensureAround(file);
    if (!CLAIMED.add(file)) {
      return Optional.empty();
    }
    Optional<Claim> claim = Optional.empty();
    try {
      claim = open(file);
      return claim;
    } finally {
      if (claim.isEmpty()) {
        CLAIMED.remove(file);
      }
    }
  }

  private static Optional<Claim> open(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return Optional.of(new FileClaim(file, channel, lock, nextEpoch(channel)));
      }
    } catch (OverlappingFileLockException e) {
      log.debug("{}: locked by another class loader of this JVM", file);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return Optional.empty();
  }

  private static long nextEpoch(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(20);
    channel.read(buffer, 0);
    String text = new String(buffer.array(), 0, buffer.position(), US_ASCII).strip();
    long next = text.matches("[0-9]{1,18}") ? Long.parseLong(text) + 1 : 1;
    // If the file was deleted, the time still exceeds the epochs in the journal.
    long epoch = Math.max(next, System.currentTimeMillis());
    channel.write(ByteBuffer.wrap((epoch + "\n").getBytes(US_ASCII)), 0);
    channel.force(false);
    return epoch;
  }

  /** Closes once: later the lock may belong to the next owner. */
  private static final class FileClaim implements Claim {

    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;
    private final long epoch;
    private final AtomicBoolean closed = new AtomicBoolean();

    FileClaim(Path file, FileChannel channel, FileLock lock, long epoch) {
      this.file = file;
      this.channel = channel;
      this.lock = lock;
      this.epoch = epoch;
    }

    @Override
    public long epoch() {
      return epoch;
    }

    @Override
    public boolean held() {
      return lock.isValid();
    }

    @Override
    public void close() {
      if (closed.getAndSet(true)) {
        return;
      }
      try {
        channel.close();
      } catch (IOException e) {
        log.warn("{}: release failed: {}", file, e.getMessage());
      } finally {
        CLAIMED.remove(file);
      }
    }
  }
}
