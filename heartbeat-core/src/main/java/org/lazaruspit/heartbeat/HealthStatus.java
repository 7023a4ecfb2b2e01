package org.lazaruspit.heartbeat;

import java.util.Locale;

/** How an agent is doing, from best to worst. Immutable and thread-safe. */
public enum HealthStatus {
  /** Signs of life arrive and nothing is held against the agent. */
  HEALTHY,
  /** Something is wrong, but not enough to act on: a person may look, nobody is revived for it. */
  DEGRADED,
  /** So much is wrong that the agent may be taken for dead. */
  UNHEALTHY;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in JSON, in queries and in logs.
   *
   * @return {@code healthy}, {@code degraded} or {@code unhealthy}
   */
  public String wireName() {
    return wireName;
  }
}
