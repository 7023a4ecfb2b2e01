package org.lazaruspit.cell;

import java.util.Locale;

/** Urgency of a task, the most urgent first. Immutable and thread-safe. */
public enum Priority {
  /** Before all others. */
  HIGH,
  /** The default. */
  MEDIUM,
  /** After all others. */
  LOW;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in files.
   *
   * @return {@code high}, {@code medium} or {@code low}
   */
  public String wireName() {
    return wireName;
  }
}
