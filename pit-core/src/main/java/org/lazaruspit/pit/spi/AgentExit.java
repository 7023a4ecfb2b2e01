package org.lazaruspit.pit.spi;

import java.time.Instant;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * How an agent ended. Immutable and thread-safe.
 *
 * @param at when it was noticed
 * @param detail the evidence in words, for example {@code killed by signal 9 (KILL)}
 * @param status its exit status, as the operating system told its parent; empty where somebody else
 *     was its parent, and for a death by signal
 */
public record AgentExit(Instant at, String detail, OptionalInt status) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public AgentExit {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(detail, "detail");
    Objects.requireNonNull(status, "status");
  }

  /**
   * An end whose exit status nobody knows.
   *
   * @param at when it was noticed
   * @param detail the evidence in words
   */
  public AgentExit(Instant at, String detail) {
    this(at, detail, OptionalInt.empty());
  }
}
