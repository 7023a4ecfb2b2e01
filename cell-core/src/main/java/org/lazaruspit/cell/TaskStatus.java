package org.lazaruspit.cell;

import java.util.Locale;

/** Status of a task. Immutable and thread-safe. */
public enum TaskStatus {
  /** Not started. */
  PENDING,
  /** In work by its assigned agent. */
  IN_PROGRESS,
  /** Completed: its dependents may start. */
  COMPLETED,
  /** Failed: its dependents cannot start. */
  FAILED;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in files.
   *
   * @return {@code pending}, {@code in_progress}, {@code completed} or {@code failed}
   */
  public String wireName() {
    return wireName;
  }
}
