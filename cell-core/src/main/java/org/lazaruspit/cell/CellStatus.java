package org.lazaruspit.cell;

import java.util.Locale;

/** Where a mission stands. Immutable and thread-safe. */
public enum CellStatus {
  /** Being worked on: its agents are supervised. */
  ACTIVE,
  /** Halted by a person: nothing is revived. */
  PAUSED,
  /** Done. */
  COMPLETED,
  /** Given up. */
  FAILED;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in files.
   *
   * @return {@code active}, {@code paused}, {@code completed} or {@code failed}
   */
  public String wireName() {
    return wireName;
  }
}
