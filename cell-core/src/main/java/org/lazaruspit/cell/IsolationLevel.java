package org.lazaruspit.cell;

import java.util.Locale;

/** Strictness of agents' isolation, from the laxest to the strictest. Immutable and thread-safe. */
public enum IsolationLevel {
  /** A session of its own only. */
  NONE,
  /** Limits on files, core dumps and processes, and no new privileges. */
  LEVEL_1,
  /** A mount namespace of its own. */
  LEVEL_2,
  /** A container. */
  LEVEL_3;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in files.
   *
   * @return {@code none}, {@code level_1}, {@code level_2} or {@code level_3}
   */
  public String wireName() {
    return wireName;
  }

  /**
   * Returns the stricter of two levels.
   *
   * @param other the level to compare with
   * @return the stricter level
   */
  public IsolationLevel stricter(IsolationLevel other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
