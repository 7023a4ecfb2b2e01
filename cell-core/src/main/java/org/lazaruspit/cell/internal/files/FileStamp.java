package org.lazaruspit.cell.internal.files;

import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/**
 * What a stat says of a file's content: as long as it says the same, the content is the same.
 *
 * @param modified when it was written, nanoseconds since the epoch
 * @param size its length in bytes
 * @param key which file it is, so that a replacement of equal length and time is noticed
 * @param settled whether the time is long enough ago that another write would have changed it
 */
public record FileStamp(long modified, long size, int key, boolean settled) {
  /** No file: neither there nor opened. */
  public static final FileStamp ABSENT = new FileStamp(0, -1, 0, true);

  /** The coarsest clock of a file system that is still in use ticks every two seconds. */
  private static final long COARSEST_TICK = TimeUnit.SECONDS.toNanos(2);

  static FileStamp of(BasicFileAttributes attributes, long nowNanos) {
    long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
    return new FileStamp(
        modified, size(attributes), key(attributes), modified < nowNanos - COARSEST_TICK);
  }

  /** Whether what was read under this stamp still holds; made so often that it makes nothing. */
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
