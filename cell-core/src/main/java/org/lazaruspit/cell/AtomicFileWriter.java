package org.lazaruspit.cell;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;
import org.lazaruspit.cell.internal.files.AtomicFiles;

/**
 * Replaces small files atomically. The content is written to a temporary file beside the target,
 * forced to the disk and renamed over the target, and then the directory is forced. A reader finds
 * the old content or the new, never a mix, even after a power failure.
 *
 * <p>When {@code write} returns, the new content is durable. When it throws, the target has its old
 * content, or the new one if only the last step failed; the temporary file is deleted. A process
 * that is killed in between may leave a file {@code .<random UUID>.tmp} behind, which can be
 * deleted.
 *
 * <p>A symbolic link in the target's place is replaced, not followed; links among the directories
 * above it are followed. On a file system other than the default one a write is atomic, but not
 * known to be durable, since its directories cannot be forced.
 *
 * <p>Thread-safe, among processes too: the last of concurrent writes to a target wins, whole.
 */
public final class AtomicFileWriter {
  private AtomicFileWriter() {}

  /**
   * Creates or replaces a file. The permissions of a regular file that is replaced are kept; a new
   * file gets the process's default ones.
   *
   * @param target the file; its directory must exist
   * @param content the whole new content
   * @throws IOException if the target is a directory, or the content cannot be written; {@link
   *     java.nio.channels.ClosedByInterruptException} if the thread is interrupted
   */
  public static void write(Path target, byte[] content) throws IOException {
    AtomicFiles.replace(target, content);
  }

  /**
   * Creates or replaces a file with the given permissions, regardless of the replaced file's and of
   * the umask. The temporary file has no others from the start: a secret is at no time readable by
   * other users.
   *
   * @param target the file; its directory must exist
   * @param content the whole new content
   * @param permissions the permissions of the new file
   * @throws IOException if the target is a directory, or the content cannot be written; {@link
   *     java.nio.channels.ClosedByInterruptException} if the thread is interrupted
   * @throws UnsupportedOperationException if the file system has no POSIX permissions
   */
  public static void write(Path target, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    AtomicFiles.replace(target, content, Set.copyOf(permissions));
  }

  /**
   * Makes the creations, renames and removals of entries of a directory durable. Does nothing on a
   * file system other than the default one.
   *
   * @param directory the directory
   * @throws IOException if it does not exist or cannot be forced to the disk
   */
  public static void syncDirectory(Path directory) throws IOException {
    AtomicFiles.sync(Objects.requireNonNull(directory, "directory"));
  }
}
