package org.lazaruspit.pit;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * A revival as the journal tells it. Immutable and thread-safe.
 *
 * @param id its id, unique among all cells
 * @param agent who is to be revived
 * @param cause why
 * @param reason the evidence, in words
 * @param requestedAt when it was asked for
 * @param status where it stands
 * @param attempt attempts begun so far
 * @param incarnation the agent's incarnation as of the last event
 * @param step the last step that was begun; empty before the first
 * @param changedAt when the last event happened
 * @param detail what the last event says
 */
public record Revival(
    String id,
    AgentRef agent,
    Cause cause,
    String reason,
    Instant requestedAt,
    RevivalStatus status,
    int attempt,
    long incarnation,
    Optional<RevivalStep> step,
    Instant changedAt,
    String detail) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public Revival {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(requestedAt, "requestedAt");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(changedAt, "changedAt");
    Objects.requireNonNull(detail, "detail");
  }

  /**
   * When the agent was healthy again.
   *
   * @return the time, or empty while it isn't revived
   */
  public Optional<Instant> revivedAt() {
    return status == RevivalStatus.REVIVED ? Optional.of(changedAt) : Optional.empty();
  }
}
