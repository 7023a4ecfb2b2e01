package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change of one agent's status. Immutable and thread-safe.
 *
 * @param agentId the agent
 * @param from the status before
 * @param to the status from now on
 * @param cause why it changed
 * @param at wall-clock time of the change, for display
 * @param incarnation the agent's incarnation, 0 when none is known
 * @param message what a person should read, or null where the cause says it all
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
   * Checks what is given.
   *
   * @param agentId the agent
   * @param from the status before
   * @param to the status from now on
   * @param cause why it changed
   * @param at wall-clock time of the change
   * @param incarnation the agent's incarnation
   * @param message what a person should read
   */
  public HealthEvent {
    requireNonNull(agentId, "agentId");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    requireNonNull(cause, "cause");
    requireNonNull(at, "at");
  }
}
