package org.lazaruspit.examples.mcp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.CellProblem;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.SharedKeys;

/** Finds the cells of the missions root by their id. */
final class Missions {

  private final MissionStore store;

  Missions(Path root) throws IOException {
    this.store = MissionStore.open(root.toAbsolutePath().normalize());
  }

  MissionStore store() {
    return store;
  }

  /**
   * Loads a cell and its problems.
   *
   * @throws ToolException if the cell does not exist, or its {@code cell.json} is invalid
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
      throw new ToolException("cell_id: no cell " + id + " in " + store.root());
    }
    if (found.cell().isEmpty()) {
      throw new ToolException("cell " + id + " cannot be used: " + problems(found.errors()));
    }
    return found;
  }

  /** Searches all cells: a directory's name may differ from the id of its cell. */
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

  /** Returns all cells with a valid {@code cell.json}. */
  List<MissionCell> cells() {
    store.rescan();
    return store.current().stream().flatMap(load -> load.cell().stream()).toList();
  }

  /** Returns a warning for each agent of the cell whose key an agent of another cell has. */
  List<String> sharedKeys(UUID id) {
    store.rescan();
    return SharedKeys.of(id, store.current()).stream().map(CellProblem::message).toList();
  }

  CellEditor editor(UUID id) throws ToolException {
    return CellEditor.of(load(id).directory());
  }

  static String problems(List<?> problems) {
    return String.join("; ", problems.stream().map(String::valueOf).toList());
  }
}
