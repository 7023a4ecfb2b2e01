package org.lazaruspit.pit;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * An agent was found in trouble, and that was written down: as a request for its revival, or as a
 * hold. Once for each incarnation that is. Immutable and thread-safe.
 *
 * @param agent who
 * @param incarnation the incarnation that the evidence speaks of
 * @param cause why
 * @param at when it was written down
 * @param since when the trouble began, as far as anybody knows: its process was seen to end, or was
 *     last heard; empty where nobody was there to see it
 */
public record FailureDetection(
    AgentRef agent, long incarnation, FailureCause cause, Instant at, Optional<Instant> since) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public FailureDetection {
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(since, "since");
  }

  /**
   * How long the trouble lasted before it was written down. By the wall clock, so that a clock that
   * was set back in between makes it zero.
   *
   * @return the time, or empty where its beginning is not known
   */
  public Optional<Duration> took() {
    return since.map(begun -> at.isAfter(begun) ? Duration.between(begun, at) : Duration.ZERO);
  }
}
