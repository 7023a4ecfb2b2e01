package org.lazaruspit.pit;

import java.time.Instant;
import java.util.Objects;

/**
 * One line of a revival's story, as the journal holds it. Immutable and thread-safe.
 *
 * @param at when it was written
 * @param event what was about to be done, or had happened: a step's name, {@code requested}, {@code
 *     approved}, {@code attempt_failed}, the status that the revival ended with
 * @param status where the revival stood from then on
 * @param attempt the attempt that it belongs to; 0 before the first
 * @param incarnation the agent's incarnation at that time
 * @param detail the evidence or the reason, in words; may be empty
 */
public record RevivalLogEntry(
    Instant at, String event, RevivalStatus status, int attempt, long incarnation, String detail) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public RevivalLogEntry {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(event, "event");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(detail, "detail");
  }
}
