package org.lazaruspit.cell;

import java.util.List;

/**
 * What has changed in a missions root since the last look. Immutable and thread-safe.
 *
 * @param added directories that were not there
 * @param changed directories of which something is different now
 * @param removed directories that are gone, as they were last
 */
public record RescanResult(List<CellLoad> added, List<CellLoad> changed, List<CellLoad> removed) {

  /**
   * Checks what is given.
   *
   * @param added directories that were not there
   * @param changed directories of which something is different now
   * @param removed directories that are gone, as they were last
   */
  public RescanResult {
    added = List.copyOf(added);
    changed = List.copyOf(changed);
    removed = List.copyOf(removed);
  }

  /**
   * Whether nothing changed.
   *
   * @return true when all three lists are empty
   */
  public boolean isEmpty() {
    return added.isEmpty() && changed.isEmpty() && removed.isEmpty();
  }
}
