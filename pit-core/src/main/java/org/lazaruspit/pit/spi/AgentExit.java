package org.lazaruspit.pit.spi;

import java.time.Instant;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * End of an agent. Immutable and thread-safe.
 *
 * @param at the time when the end was noticed
 * @param detail the evidence in words, for example {@code killed by signal 9 (KILL)}
 * @param status the exit status; empty for a death by signal, and if the reviver was not the parent
 *     of the process
 */
public record AgentExit(Instant at, String detail, OptionalInt status) {

  /** Checks that no component is null. */
  @SuppressWarnings("doclint:missing") // documented at the record
  public AgentExit {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(detail, "detail");
    Objects.requireNonNull(status, "status");
  }

  /**
   * Makes an end with an unknown exit status.
   *
   * @param at the time when the end was noticed
   * @param detail the evidence in words
   */
  public AgentExit(Instant at, String detail) {
    this(at, detail, OptionalInt.empty());
  }
}
