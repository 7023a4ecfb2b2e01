package org.lazaruspit.pit.internal.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Objects;

/** Directories of a cell for writes of the pit: agents may have planted links there. */
public final class SafeDirectories {

  private SafeDirectories() {}

  /**
   * Creates the directory of a file if it is missing. Refuses a link in its place.
   *
   * @param file the file to be written
   * @throws IOException if the directory is not a directory or cannot be created
   */
  public static void ensureAround(Path file) throws IOException {
    Path directory = Objects.requireNonNull(file.getParent(), "a file of a cell has a directory");
    if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(directory);
    }
    // Checked again: another thread or process may have created it between the first two checks.
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new NotDirectoryException(directory + ": not a directory, not written to");
    }
  }
}
