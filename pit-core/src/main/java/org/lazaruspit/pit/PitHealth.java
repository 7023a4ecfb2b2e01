package org.lazaruspit.pit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Health of the pit itself, observed from outside of the loop's thread. Immutable and thread-safe.
 *
 * @param runningSince the start of the pit; empty before
 * @param lastRound the end of the last round; empty before the end of the first
 * @param rounds the number of completed rounds
 * @param late the time since the next round was due; zero while the loop is on time
 * @param failuresSeen the number of failures found, dead or held: at most one an incarnation
 * @param failuresActedOn the number of these failures with a journaled decision
 * @param complaints the problems of the pit, as text; empty for a healthy pit
 */
public record PitHealth(
    Optional<Instant> runningSince,
    Optional<Instant> lastRound,
    long rounds,
    Duration late,
    long failuresSeen,
    long failuresActedOn,
    List<String> complaints) {

  /** Copies the list; rejects null components. */
  @SuppressWarnings("doclint:missing") // the record says it
  public PitHealth {
    Objects.requireNonNull(runningSince, "runningSince");
    Objects.requireNonNull(lastRound, "lastRound");
    Objects.requireNonNull(late, "late");
    complaints = List.copyOf(complaints);
  }

  /**
   * Returns whether the pit has no problem.
   *
   * @return true if {@code complaints} is empty
   */
  public boolean well() {
    return complaints.isEmpty();
  }
}
