package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * Hold on an agent's silence: shown but not counted, since many agents fell silent at once.
 * Immutable and thread-safe.
 *
 * @param cause the cause of the hold: {@code mass}
 * @param since wall-clock start of the hold
 * @param until wall-clock end of the hold, after which the silence counts, unless heartbeats return
 *     before
 */
public record Held(String cause, Instant since, Instant until) {
  /**
   * Checks the arguments.
   *
   * @param cause the cause of the hold
   * @param since wall-clock start of the hold
   * @param until wall-clock end of the hold
   */
  public Held {
    requireNonNull(cause, "cause");
    requireNonNull(since, "since");
    requireNonNull(until, "until");
  }
}
