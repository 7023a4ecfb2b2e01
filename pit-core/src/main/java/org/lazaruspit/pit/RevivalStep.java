package org.lazaruspit.pit;

import java.util.Locale;

/** Step of an attempt, in order. Each step is journaled before it begins. Thread-safe. */
public enum RevivalStep {
  /** Stops the rest of the old process tree, and proves that it is gone. */
  STOP,
  /** Verifies the checkpoint to restore. */
  VERIFY_CHECKPOINT,
  /** Raises the incarnation, which fences off every older process. */
  RAISE_INCARNATION,
  /** Starts the agent. */
  START,
  /** Registers the new incarnation with the agent's gateway. */
  REGISTER,
  /** Probes until the agent is healthy in the new incarnation. */
  VERIFY_HEALTH;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in the journal.
   *
   * @return the constant's name in lower case
   */
  public String wireName() {
    return wireName;
  }
}
