package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * An agent's silence that is shown but not counted, since many fell silent at once. Immutable and
 * thread-safe.
 *
 * @param cause why it is held: {@code mass}
 * @param since wall-clock time from which it is held
 * @param until wall-clock time at which it counts after all, unless heartbeats return before
 */
public record Held(String cause, Instant since, Instant until) {
  /**
   * Checks what is given.
   *
   * @param cause why it is held
   * @param since wall-clock time from which it is held
   * @param until wall-clock time at which it counts after all
   */
  public Held {
    requireNonNull(cause, "cause");
    requireNonNull(since, "since");
    requireNonNull(until, "until");
  }
}
