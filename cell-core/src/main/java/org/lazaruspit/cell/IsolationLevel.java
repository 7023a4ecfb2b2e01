package org.lazaruspit.cell;

import java.util.Locale;

/**
 * How strictly agents are kept apart, from the laxest to the strictest. Immutable and thread-safe.
 */
public enum IsolationLevel {
  /** A session of its own, nothing more. */
  NONE,
  /** Limits on files, core dumps and processes, and no new privileges. */
  LEVEL_1,
  /** A mount namespace of its own. */
  LEVEL_2,
  /** A container. */
  LEVEL_3;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in files.
   *
   * @return {@code none}, {@code level_1}, {@code level_2} or {@code level_3}
   */
  public String wireName() {
    return wireName;
  }

  /**
   * The stricter of two levels.
   *
   * @param other the level to compare with
   * @return whichever of the two isolates more
   */
  public IsolationLevel stricter(IsolationLevel other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
