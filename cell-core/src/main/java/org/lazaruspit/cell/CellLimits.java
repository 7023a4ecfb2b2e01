package org.lazaruspit.cell;

/**
 * How much of a missions root is read at most. Past a bound the answer is a problem, never an
 * out-of-memory error. Immutable and thread-safe.
 *
 * @param maxFileBytes the longest file, 1 MiB by default
 * @param maxDepth how deep objects and arrays may nest, 64 by default
 * @param maxTextLength the longest text in a field that we know, 65,536 characters by default
 * @param maxFiles the most entries of one directory, 20,000 by default
 * @param maxCells the most cells of one root, 100,000 by default
 * @param maxProblems the most problems reported for one cell, 1,000 by default
 * @param maxCheckpointBytes the largest checkpoint with all artifacts, 4 GiB by default
 */
public record CellLimits(
    int maxFileBytes,
    int maxDepth,
    int maxTextLength,
    int maxFiles,
    int maxCells,
    int maxProblems,
    long maxCheckpointBytes) {

  /** The bounds that hold where nobody names others. */
  public static final CellLimits DEFAULTS =
      new CellLimits(1 << 20, 64, 1 << 16, 20_000, 100_000, 1_000, 4L << 30);

  /**
   * Checks what is given.
   *
   * @param maxFileBytes the longest file, 1 MiB by default
   * @param maxDepth how deep objects and arrays may nest, 64 by default
   * @param maxTextLength the longest text in a field that we know, 65,536 characters by default
   * @param maxFiles the most entries of one directory, 20,000 by default
   * @param maxCells the most cells of one root, 100,000 by default
   * @param maxProblems the most problems reported for one cell, 1,000 by default
   * @param maxCheckpointBytes the largest checkpoint with all artifacts, 4 GiB by default
   */
  public CellLimits {
    if (maxFileBytes < 1
        || maxDepth < 1
        || maxTextLength < 1
        || maxFiles < 1
        || maxCells < 1
        || maxProblems < 1
        || maxCheckpointBytes < 1) {
      throw new IllegalArgumentException("every bound of a cell must be positive");
    }
  }
}
