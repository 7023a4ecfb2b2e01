package org.lazaruspit.pit.internal.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Objects;

/** Directories of a cell that we write in: agents may have planted a link there. */
public final class SafeDirectories {

  private SafeDirectories() {}

  /**
   * Makes the directory of a file where there is none; a link in its place is refused, never
   * followed.
   *
   * @param file the file that is to be written
   * @throws IOException if it is something else, or cannot be made
   */
  public static void ensureAround(Path file) throws IOException {
    Path directory = Objects.requireNonNull(file.getParent(), "a file of a cell has a directory");
    if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(directory);
    }
    // Asked anew: somebody else may have made it between the first two questions.
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new NotDirectoryException(directory + ": is no directory, nothing is written there");
    }
  }
}
