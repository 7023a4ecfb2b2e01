package org.lazaruspit.pit;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * A revival as the journal tells it; or a hand-over, which waits in the same list for the same
 * approval. Immutable and thread-safe.
 *
 * @param id its id, unique among all cells
 * @param agent who is to be revived, or whose tasks are to be handed over
 * @param origin who asked, and for what
 * @param substitute who is to take over its tasks; empty for everything but a hand-over
 * @param cause why
 * @param reason the evidence, in words
 * @param requestedAt when it was asked for
 * @param approvedAt when a person said yes; empty where nobody did
 * @param status where it stands
 * @param attempt attempts begun so far
 * @param incarnation the agent's incarnation as of the last event
 * @param step the last step that was begun; empty before the first
 * @param checkpoint the hash of the checkpoint that the last attempt started with; empty before
 *     that, and where it started without one
 * @param changedAt when the last event happened
 * @param detail what the last event says
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

  /** Checks that the parts are there. */
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

  /** Who asked, and for what. */
  public enum Origin {
    /** A death that the pit has judged. */
    DEATH,
    /** An operator's order: not counted against the agent, and not subject to approval. */
    PERSON,
    /** A failed revival: a substitute is to take over the agent's tasks. */
    HANDOVER
  }

  /**
   * When the agent was healthy again.
   *
   * @return the time, or empty while it isn't revived, and for a hand-over
   */
  public Optional<Instant> revivedAt() {
    return status == RevivalStatus.REVIVED && origin != Origin.HANDOVER
        ? Optional.of(changedAt)
        : Optional.empty();
  }
}
