package org.lazaruspit.pit;

import java.util.Locale;

/** Class of an agent's failure. Immutable and thread-safe. */
public enum FailureCause {
  /** The agent's process is gone, or was never started. */
  EXIT,
  /** The agent sends no heartbeats any more. */
  SILENCE,
  /** The agent sends heartbeats, but makes no progress. */
  STUCK,
  /** Failures of the agent were reported to its registry. */
  REPORTED,
  /** The agent is out of quota: a restart does not help. */
  QUOTA,
  /** The agent's credentials are refused: a restart does not help. */
  AUTH,
  /** The agent's configuration is wrong: a restart does not help. */
  CONFIG,
  /** The gateway does not answer, which is no evidence about the agent. */
  GATEWAY,
  /** A large part of the fleet fell silent at once: the cause lies outside of the agents. */
  MASS;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in the journal and in logs.
   *
   * @return the constant's name in lower case
   */
  public String wireName() {
    return wireName;
  }

  /**
   * Returns whether an agent with this failure is held: reported, not revived.
   *
   * @return true if a restart does not cure the failure, or if many agents share the cause
   */
  public boolean held() {
    return switch (this) {
      case EXIT, SILENCE, STUCK, REPORTED -> false;
      case QUOTA, AUTH, CONFIG, GATEWAY, MASS -> true;
    };
  }

  /**
   * Returns whether the cause lies outside of the agents, and ends for all of them at once.
   *
   * @return true for {@link #GATEWAY} and {@link #MASS}
   */
  public boolean shared() {
    return this == GATEWAY || this == MASS;
  }
}
