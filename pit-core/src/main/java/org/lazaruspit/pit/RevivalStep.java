package org.lazaruspit.pit;

import java.util.Locale;

/** The steps of one attempt, in their order. Each is in the journal before it is taken. */
public enum RevivalStep {
  /** Stop what is left of the old process tree and prove that it is gone. */
  STOP,
  /** Verify the checkpoint to go on from. */
  VERIFY_CHECKPOINT,
  /** Raise the incarnation, so that everything older is refused from now on. */
  RAISE_INCARNATION,
  /** Start the agent. */
  START,
  /** Register the new incarnation with the agent's gateway. */
  REGISTER,
  /** Probe until the agent is healthy in that incarnation. */
  VERIFY_HEALTH;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in the journal.
   *
   * @return the constant's name in lower case
   */
  public String wireName() {
    return wireName;
  }
}
