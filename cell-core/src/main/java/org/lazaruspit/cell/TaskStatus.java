package org.lazaruspit.cell;

import java.util.Locale;

/** Where a task stands. Immutable and thread-safe. */
public enum TaskStatus {
  /** Not begun. */
  PENDING,
  /** Being worked on by the agent it is assigned to. */
  IN_PROGRESS,
  /** Done: its dependents may run. */
  COMPLETED,
  /** Given up: its dependents cannot run. */
  FAILED;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in files.
   *
   * @return {@code pending}, {@code in_progress}, {@code completed} or {@code failed}
   */
  public String wireName() {
    return wireName;
  }
}
