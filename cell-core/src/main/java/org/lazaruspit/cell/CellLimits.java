package org.lazaruspit.cell;

/**
 * Bounds on reading a missions root. An excess is reported as a problem, never an out-of-memory
 * error. Immutable and thread-safe.
 *
 * @param maxFileBytes maximum length of a file in bytes, 1 MiB by default
 * @param maxDepth maximum nesting of objects and arrays, 64 by default
 * @param maxTextLength maximum length of a text in a known field, 65,536 characters by default
 * @param maxFiles maximum number of entries of one directory, 20,000 by default
 * @param maxCells maximum number of cells of one root, 100,000 by default
 * @param maxProblems maximum number of problems reported for one cell, 1,000 by default
 * @param maxCheckpointBytes maximum size in bytes of a checkpoint with all artifacts, 4 GiB by
 *     default
 */
public record CellLimits(
    int maxFileBytes,
    int maxDepth,
    int maxTextLength,
    int maxFiles,
    int maxCells,
    int maxProblems,
    long maxCheckpointBytes) {

  /** The default bounds. */
  public static final CellLimits DEFAULTS =
      new CellLimits(1 << 20, 64, 1 << 16, 20_000, 100_000, 1_000, 4L << 30);

  /**
   * Validates the components.
   *
   * @param maxFileBytes maximum length of a file in bytes, 1 MiB by default
   * @param maxDepth maximum nesting of objects and arrays, 64 by default
   * @param maxTextLength maximum length of a text in a known field, 65,536 characters by default
   * @param maxFiles maximum number of entries of one directory, 20,000 by default
   * @param maxCells maximum number of cells of one root, 100,000 by default
   * @param maxProblems maximum number of problems reported for one cell, 1,000 by default
   * @param maxCheckpointBytes maximum size in bytes of a checkpoint with all artifacts, 4 GiB by
   *     default
   */
  public CellLimits {
    if (maxFileBytes < 1
        || maxDepth < 1
        || maxTextLength < 1
        || maxFiles < 1
        || maxCells < 1
        || maxProblems < 1
        || maxCheckpointBytes < 1) {
      throw new IllegalArgumentException("limits of a cell must be positive");
    }
  }
}
