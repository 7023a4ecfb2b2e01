package org.lazaruspit.cell;

import java.util.Locale;

/** Status of a mission. Immutable and thread-safe. */
public enum CellStatus {
  /** In work: its agents are supervised. */
  ACTIVE,
  /** Paused by an operator: no agent is revived. */
  PAUSED,
  /** Completed. */
  COMPLETED,
  /** Failed. */
  FAILED;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in files.
   *
   * @return {@code active}, {@code paused}, {@code completed} or {@code failed}
   */
  public String wireName() {
    return wireName;
  }
}
