package org.lazaruspit.pit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How the pit itself is doing, as seen by a thread that is not the loop's. Immutable and
 * thread-safe.
 *
 * @param runningSince when it was started; empty before
 * @param lastRound when the last round of the loop ended; empty before the first
 * @param rounds how many have ended
 * @param late how long the next round has been due; zero while it is not
 * @param failuresSeen how many agents were found dead or to be held, each once an incarnation
 * @param failuresActedOn how many of these led to a decision that was written down
 * @param complaints what is wrong with the pit, in words; empty where nothing is
 */
public record PitHealth(
    Optional<Instant> runningSince,
    Optional<Instant> lastRound,
    long rounds,
    Duration late,
    long failuresSeen,
    long failuresActedOn,
    List<String> complaints) {

  /** Copies the list. */
  @SuppressWarnings("doclint:missing") // the record says it
  public PitHealth {
    Objects.requireNonNull(runningSince, "runningSince");
    Objects.requireNonNull(lastRound, "lastRound");
    Objects.requireNonNull(late, "late");
    complaints = List.copyOf(complaints);
  }

  /**
   * Whether nothing is wrong with the pit itself.
   *
   * @return true without complaints
   */
  public boolean well() {
    return complaints.isEmpty();
  }
}
