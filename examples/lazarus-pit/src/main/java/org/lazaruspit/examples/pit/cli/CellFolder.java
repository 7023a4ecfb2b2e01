package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.SharedKeys;

/** Directory of a cell, as given on the command line. */
final class CellFolder {

  private CellFolder() {}

  /**
   * Returns the absolute path of a directory.
   *
   * @throws IOException if the directory does not exist
   */
  static Path existing(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new NotDirectoryException(directory.toString());
    }
    return directory.toAbsolutePath().normalize();
  }

  /**
   * Returns the absolute path of a cell's directory.
   *
   * @throws IOException if the directory does not exist or holds no cell
   */
  static Path existingCell(Path directory) throws IOException {
    Path cell = existing(directory);
    if (Files.notExists(cell.resolve("cell.json"), LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(cell + ": is not a cell, it has no cell.json");
    }
    return cell;
  }

  /** Loads a cell. */
  static CellLoad load(Path cell) throws IOException {
    return MissionStore.open(Objects.requireNonNullElse(cell.getParent(), cell)).load(cell);
  }

  /** Warns of each agent of the cell whose id at its gateway an agent of another cell has. */
  static void warnOfSharedKeys(Path root, UUID cellId, Console console) throws IOException {
    SharedKeys.of(cellId, MissionStore.open(root).load())
        .forEach(problem -> console.error(problem.message()));
  }
}
