package org.lazaruspit.cell;

import java.util.List;

/**
 * Changes of a missions root since the last scan. Immutable and thread-safe.
 *
 * @param added new directories
 * @param changed directories with a changed result
 * @param removed removed directories, with their last result
 */
public record RescanResult(List<CellLoad> added, List<CellLoad> changed, List<CellLoad> removed) {

  /**
   * Validates the components.
   *
   * @param added new directories
   * @param changed directories with a changed result
   * @param removed removed directories, with their last result
   */
  public RescanResult {
    added = List.copyOf(added);
    changed = List.copyOf(changed);
    removed = List.copyOf(removed);
  }

  /**
   * Returns whether there are no changes.
   *
   * @return true if all three lists are empty
   */
  public boolean isEmpty() {
    return added.isEmpty() && changed.isEmpty() && removed.isEmpty();
  }
}
