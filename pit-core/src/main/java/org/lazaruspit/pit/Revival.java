package org.lazaruspit.pit;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * Revival on record in a cell's journal, or a hand-over, which shares the list and the approval.
 * Immutable and thread-safe.
 *
 * @param id the id, unique among all cells
 * @param agent the agent to revive, or to hand over the tasks of
 * @param origin the origin of the request
 * @param substitute the agent to take over the tasks; empty for every origin except {@link
 *     Origin#HANDOVER}
 * @param cause the class of the failure
 * @param reason the evidence, as text
 * @param requestedAt the time of the request
 * @param approvedAt the time of the approval; empty without an approval
 * @param status the status
 * @param attempt the number of attempts begun; 0 before the first
 * @param incarnation the agent's incarnation as of the last event
 * @param step the last step begun; empty before the first
 * @param checkpoint the identity of the checkpoint of the last start, a SHA-256; empty before the
 *     start, and for a start without a checkpoint
 * @param changedAt the time of the last event
 * @param detail the detail of the last event, as text; may be empty
 */
public record Revival(
    String id,
    AgentRef agent,
    Origin origin,
    Optional<String> substitute,
    FailureCause cause,
    String reason,
    Instant requestedAt,
    Optional<Instant> approvedAt,
    RevivalStatus status,
    int attempt,
    long incarnation,
    Optional<RevivalStep> step,
    Optional<String> checkpoint,
    Instant changedAt,
    String detail) {

  /** Rejects null components. */
  @SuppressWarnings("doclint:missing") // the record says it
  public Revival {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(substitute, "substitute");
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(requestedAt, "requestedAt");
    Objects.requireNonNull(approvedAt, "approvedAt");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(checkpoint, "checkpoint");
    Objects.requireNonNull(changedAt, "changedAt");
    Objects.requireNonNull(detail, "detail");
  }

  /** Origin of a request. */
  public enum Origin {
    /** The pit judged the agent dead. */
    DEATH,
    /** An operator ordered the revival: no approval needed, no charge to the agent's budget. */
    OPERATOR,
    /** A revival failed: a substitute is to take over the agent's tasks. */
    HANDOVER
  }

  /**
   * Returns the time at which the agent was healthy again.
   *
   * @return the time; empty before, and for a hand-over
   */
  public Optional<Instant> revivedAt() {
    return status == RevivalStatus.REVIVED && origin != Origin.HANDOVER
        ? Optional.of(changedAt)
        : Optional.empty();
  }
}
