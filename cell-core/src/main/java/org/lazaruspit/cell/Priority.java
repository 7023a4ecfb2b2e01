package org.lazaruspit.cell;

import java.util.Locale;

/** How urgent a task is; the most urgent comes first. Immutable and thread-safe. */
public enum Priority {
  /** Before all others. */
  HIGH,
  /** The default. */
  MEDIUM,
  /** After all others. */
  LOW;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in files.
   *
   * @return {@code high}, {@code medium} or {@code low}
   */
  public String wireName() {
    return wireName;
  }
}
