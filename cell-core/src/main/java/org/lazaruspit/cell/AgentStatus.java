package org.lazaruspit.cell;

import java.util.Locale;

/** What an agent's file says of the agent. Immutable and thread-safe. */
public enum AgentStatus {
  /** Running, without a task. */
  IDLE,
  /** Running, at work on a task. */
  ACTIVE,
  /** Halted by a person: not revived. */
  PAUSED,
  /** Given up after the last attempt to revive it. */
  FAILED;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in files.
   *
   * @return {@code idle}, {@code active}, {@code paused} or {@code failed}
   */
  public String wireName() {
    return wireName;
  }
}
