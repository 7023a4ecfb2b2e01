package org.lazaruspit.pit;

import java.util.Locale;

/** Why an agent is in trouble. Immutable and thread-safe. */
public enum FailureCause {
  /** Its process is gone, or was never there. */
  EXIT,
  /** It is not heard any more. */
  SILENCE,
  /** It is heard, and gets nowhere. */
  STUCK,
  /** Somebody reported failures of it. */
  REPORTED,
  /** It waits for a quota: a restart would not help. */
  QUOTA,
  /** It is not let in: a restart would not help. */
  AUTH,
  /** It is set up wrongly: a restart would not help. */
  CONFIG,
  /** Its gateway does not answer, which says nothing about the agent. */
  GATEWAY,
  /** A large part of the fleet fell silent at once: the trouble is elsewhere. */
  MASS;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in the journal and in logs.
   *
   * @return the constant's name in lower case
   */
  public String wireName() {
    return wireName;
  }

  /**
   * Whether trouble of this cause is held, that is shown and not revived.
   *
   * @return true where a restart would not cure it, or where many share it
   */
  public boolean held() {
    return switch (this) {
      case EXIT, SILENCE, STUCK, REPORTED -> false;
      case QUOTA, AUTH, CONFIG, GATEWAY, MASS -> true;
    };
  }

  /** Whether it lies outside of the agents that show it, and ends for all of them at once. */
  public boolean shared() {
    return this == GATEWAY || this == MASS;
  }
}
