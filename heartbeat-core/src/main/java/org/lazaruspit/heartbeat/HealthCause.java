package org.lazaruspit.heartbeat;

import java.util.Locale;

/** Cause of a change of status. Immutable and thread-safe. */
public enum HealthCause {
  /** Enough heartbeats arrived. */
  HEARTBEAT,
  /** No sign of life arrived for one time-out or more. */
  SILENCE,
  /** Heartbeats arrive, but the progress does not change. */
  STUCK,
  /** A failure was reported. */
  REPORTED,
  /** A newer incarnation took over with cleared failures. */
  INCARNATION;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in JSON and in logs.
   *
   * @return the name in lower case, for example {@code silence}
   */
  public String wireName() {
    return wireName;
  }
}
