package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Change of one agent's status. Immutable and thread-safe.
 *
 * @param agentId the agent
 * @param from the old status
 * @param to the new status
 * @param cause the cause of the change
 * @param at wall-clock time of the change, for display
 * @param incarnation the agent's incarnation, 0 to {@link Incarnation#MAX}, 0 if unknown
 * @param message a text for operators, null if the cause is sufficient
 */
public record HealthEvent(
    String agentId,
    HealthStatus from,
    HealthStatus to,
    HealthCause cause,
    Instant at,
    long incarnation,
    @Nullable String message) {

  /**
   * Checks the arguments.
   *
   * @param agentId the agent
   * @param from the old status
   * @param to the new status
   * @param cause the cause of the change
   * @param at wall-clock time of the change
   * @param incarnation the agent's incarnation
   * @param message a text for operators
   */
  public HealthEvent {
    requireNonNull(agentId, "agentId");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    requireNonNull(cause, "cause");
    requireNonNull(at, "at");
    Incarnation.require(incarnation);
  }
}
