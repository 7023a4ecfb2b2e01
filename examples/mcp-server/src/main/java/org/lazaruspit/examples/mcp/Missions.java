package org.lazaruspit.examples.mcp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;

/** The cells of the missions root, found by their identity. */
final class Missions {

  private final MissionStore store;

  Missions(Path root) throws IOException {
    this.store = MissionStore.open(root.toAbsolutePath().normalize());
  }

  MissionStore store() {
    return store;
  }

  /**
   * A cell with all that is wrong with it.
   *
   * @throws ToolException if there is no such cell, or its {@code cell.json} cannot be used
   */
  CellLoad load(UUID id) throws ToolException {
    Path usual = store.root().resolve(id.toString());
    CellLoad found = null;
    if (Files.isDirectory(usual, LinkOption.NOFOLLOW_LINKS)) {
      found = store.look(usual);
    }
    if (found == null || found.cell().filter(cell -> cell.id().equals(id)).isEmpty()) {
      CellLoad elsewhere = elsewhere(id);
      found = elsewhere == null ? found : elsewhere;
    }
    if (found == null) {
      throw new ToolException("cell_id: there is no cell " + id + " in " + store.root());
    }
    if (found.cell().isEmpty()) {
      throw new ToolException("cell " + id + " cannot be used: " + problems(found.errors()));
    }
    return found;
  }

  /** A directory's name and its cell's identity should be the same, and need not be. */
  private @org.jspecify.annotations.Nullable CellLoad elsewhere(UUID id) {
    store.rescan();
    return store.current().stream()
        .filter(load -> load.cell().filter(cell -> cell.id().equals(id)).isPresent())
        .findFirst()
        .orElse(null);
  }

  MissionCell cell(UUID id) throws ToolException {
    return load(id).cell().orElseThrow();
  }

  /** Every cell that can be used. */
  List<MissionCell> cells() {
    store.rescan();
    return store.current().stream().flatMap(load -> load.cell().stream()).toList();
  }

  CellEditor editor(UUID id) throws ToolException {
    return CellEditor.of(load(id).directory());
  }

  static String problems(List<?> problems) {
    return String.join("; ", problems.stream().map(String::valueOf).toList());
  }
}
