package org.lazaruspit.pit;

import java.time.Instant;
import java.util.Objects;

/**
 * Journal line of a revival. Immutable and thread-safe.
 *
 * @param at the time of the line
 * @param event the event: the name of a step that begins, {@code requested}, {@code approved},
 *     {@code attempt_failed}, or the final status of the revival
 * @param status the status of the revival after the event
 * @param attempt the attempt; 0 before the first
 * @param incarnation the agent's incarnation at that time
 * @param detail the evidence or the reason, as text; may be empty
 */
public record RevivalLogEntry(
    Instant at, String event, RevivalStatus status, int attempt, long incarnation, String detail) {

  /** Rejects null components. */
  @SuppressWarnings("doclint:missing") // the record says it
  public RevivalLogEntry {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(event, "event");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(detail, "detail");
  }
}
