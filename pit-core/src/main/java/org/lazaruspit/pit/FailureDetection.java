package org.lazaruspit.pit;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * Journaled failure of an agent: a request for its revival, or a hold. At most one of each for each
 * incarnation. Immutable and thread-safe.
 *
 * @param agent the agent
 * @param incarnation the incarnation that the evidence applies to
 * @param cause the class of the failure
 * @param at the time of the journal line
 * @param since the begin of the failure: the end of the process, or the last heartbeat; empty if
 *     unknown
 */
public record FailureDetection(
    AgentRef agent, long incarnation, FailureCause cause, Instant at, Optional<Instant> since) {

  /** Rejects null components. */
  @SuppressWarnings("doclint:missing") // the record says it
  public FailureDetection {
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(since, "since");
  }

  /**
   * Returns the time from the begin of the failure to its journal line, by the wall clock.
   *
   * @return zero or more, zero if the clock was set back in between; empty if the begin is unknown
   */
  public Optional<Duration> took() {
    return since.map(begun -> at.isAfter(begun) ? Duration.between(begun, at) : Duration.ZERO);
  }
}
