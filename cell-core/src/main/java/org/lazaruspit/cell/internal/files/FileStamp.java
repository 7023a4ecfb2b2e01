package org.lazaruspit.cell.internal.files;

import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/**
 * Fingerprint of a file's content from one stat: an equal fingerprint means equal content.
 *
 * @param modified time of the last write, nanoseconds since the epoch
 * @param size its length in bytes
 * @param key hash of the file's identity, so that a replacement of equal length and time is
 *     detected
 * @param settled whether the time is old enough that another write would have changed it
 */
public record FileStamp(long modified, long size, int key, boolean settled) {
  /** Fingerprint of a missing file. */
  public static final FileStamp ABSENT = new FileStamp(0, -1, 0, true);

  /** Resolution of the coarsest file system clock in use. */
  private static final long COARSEST_TICK = TimeUnit.SECONDS.toNanos(2);

  static FileStamp of(BasicFileAttributes attributes, long nowNanos) {
    long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
    return new FileStamp(
        modified, size(attributes), key(attributes), modified < nowNanos - COARSEST_TICK);
  }

  /**
   * Returns whether content read under this stamp is still valid. Allocates nothing: called for
   * every file of every scan.
   */
  public boolean stillHolds(BasicFileAttributes now) {
    return settled
        && size == size(now)
        && modified == now.lastModifiedTime().to(TimeUnit.NANOSECONDS)
        && key == key(now);
  }

  private static long size(BasicFileAttributes attributes) {
    return attributes.isDirectory() ? 0 : attributes.size();
  }

  private static int key(BasicFileAttributes attributes) {
    Object key = attributes.fileKey();
    return key == null ? 0 : key.hashCode();
  }

  public boolean sameAs(FileStamp other) {
    return modified == other.modified && size == other.size && key == other.key;
  }

  public FileStamp unsettled() {
    return new FileStamp(modified, size, key, false);
  }
}
