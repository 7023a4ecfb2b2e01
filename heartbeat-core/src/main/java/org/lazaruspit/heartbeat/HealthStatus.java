package org.lazaruspit.heartbeat;

import java.util.Locale;

/** Status of an agent, from best to worst. Immutable and thread-safe. */
public enum HealthStatus {
  /** Signs of life arrive, without failures. */
  HEALTHY,
  /** Failures are too few to act on: an operator may look, a revival does not start. */
  DEGRADED,
  /** Failures are so many that the agent may be taken for dead. */
  UNHEALTHY;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in JSON, in queries and in logs.
   *
   * @return {@code healthy}, {@code degraded} or {@code unhealthy}
   */
  public String wireName() {
    return wireName;
  }
}
