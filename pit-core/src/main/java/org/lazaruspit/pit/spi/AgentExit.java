package org.lazaruspit.pit.spi;

import java.time.Instant;
import java.util.Objects;

/**
 * How an agent ended. Immutable and thread-safe.
 *
 * @param at when it was noticed
 * @param detail the evidence in words, for example {@code killed by signal 9 (KILL)}
 */
public record AgentExit(Instant at, String detail) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public AgentExit {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(detail, "detail");
  }
}
