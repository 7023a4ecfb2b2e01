package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Objects;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.MissionStore;

/** The directory of a cell as it stands on the command line. */
final class CellFolder {

  private CellFolder() {}

  /**
   * The same directory by its full name.
   *
   * @throws IOException if there is none
   */
  static Path existing(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new NotDirectoryException(directory.toString());
    }
    return directory.toAbsolutePath().normalize();
  }

  /**
   * The same directory by its full name.
   *
   * @throws IOException if there is none, or no cell in it
   */
  static Path existingCell(Path directory) throws IOException {
    Path cell = existing(directory);
    if (Files.notExists(cell.resolve("cell.json"), LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(cell + ": is not a cell, it has no cell.json");
    }
    return cell;
  }

  /** What is in it. */
  static CellLoad load(Path cell) throws IOException {
    return MissionStore.open(Objects.requireNonNullElse(cell.getParent(), cell)).load(cell);
  }
}
