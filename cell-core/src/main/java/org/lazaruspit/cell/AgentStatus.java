package org.lazaruspit.cell;

import java.util.Locale;

/** Status of an agent, as recorded in its file. Immutable and thread-safe. */
public enum AgentStatus {
  /** Running, without a task. */
  IDLE,
  /** Running, with a task. */
  ACTIVE,
  /** Paused by an operator: not revived. */
  PAUSED,
  /** Not revived any more: the last attempt failed. */
  FAILED;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in files.
   *
   * @return {@code idle}, {@code active}, {@code paused} or {@code failed}
   */
  public String wireName() {
    return wireName;
  }
}
