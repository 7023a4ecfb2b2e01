package org.lazaruspit.heartbeat;

import java.util.Locale;

/** Why a status changed. Immutable and thread-safe. */
public enum HealthCause {
  /** Enough good heartbeats came. */
  HEARTBEAT,
  /** No sign of life came for one time-out or more. */
  SILENCE,
  /** Heartbeats come, but the progress that they tell does not change. */
  STUCK,
  /** Somebody reported a failure. */
  REPORTED,
  /** A newer incarnation took over with a clean slate. */
  INCARNATION;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in JSON and in logs.
   *
   * @return the name in lower case, for example {@code silence}
   */
  public String wireName() {
    return wireName;
  }
}
