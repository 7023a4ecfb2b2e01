package org.lazaruspit.pit;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;

/**
 * Decides what comes next for a revival, and why. Pure: no clock, no disk, no thread.
 *
 * <p>Back-off is exponential with full jitter: uniform between zero and the exponential ceiling, so
 * that agents that died together do not come back together (Brooker, "Exponential Backoff And
 * Jitter", 2015). The jitter is drawn from the revival's id and the attempt, so that a restarted
 * pit arrives at the same instant.
 */
final class RevivalPlanner {

  static final Duration FIRST_DELAY = Duration.ofSeconds(1);
  static final Duration LONGEST_DELAY = Duration.ofMinutes(5);

  private RevivalPlanner() {}

  /** What to do about one open revival. */
  sealed interface Decision {
    /** Begin this attempt now. */
    record Begin(int attempt) implements Decision {}

    /** Nothing before that instant. */
    record Wait(Instant until, String why) implements Decision {}

    /** Every attempt that was allowed has failed. */
    record GiveUp(String why) implements Decision {}

    /** Somebody else moves next: a person, or the attempt under way. */
    record Leave(String why) implements Decision {}
  }

  static Decision next(Revival revival, int maxRetries, Instant now) {
    return switch (revival.status()) {
      case PENDING -> pending(revival, maxRetries, now);
      case PENDING_APPROVAL -> new Decision.Leave("waits for approval");
      case REVIVING, VERIFYING -> new Decision.Leave("attempt " + revival.attempt() + " runs");
      case REVIVED, FAILED, DENIED, DECLINED, SUPERSEDED -> new Decision.Leave("has ended");
    };
  }

  private static Decision pending(Revival revival, int maxRetries, Instant now) {
    int done = revival.attempt();
    if (done == 0) {
      return new Decision.Begin(1);
    }
    if (done > maxRetries) {
      return new Decision.GiveUp("attempt " + done + " of " + (maxRetries + 1) + " has failed");
    }
    Instant earliest = revival.changedAt().plus(backOff(revival.id(), done));
    // A clock set back must not stretch the wait beyond what it could have been.
    boolean clockWentBack = now.isBefore(revival.changedAt());
    return now.isBefore(earliest) && !clockWentBack
        ? new Decision.Wait(earliest, "backs off after attempt " + done)
        : new Decision.Begin(done + 1);
  }

  static Duration backOff(String revival, int failedAttempts) {
    long ceiling = LONGEST_DELAY.toMillis();
    int doublings = Math.min(failedAttempts - 1, 20);
    ceiling = Math.min(ceiling, FIRST_DELAY.toMillis() << doublings);
    long seed = revival.hashCode() * 31L + failedAttempts;
    return Duration.ofMillis(new SplittableRandom(seed).nextLong(ceiling + 1));
  }

  /** Which checkpoint an attempt starts with: newest, newest, the one before, then none. */
  static CheckpointChoice checkpointFor(int attempt) {
    if (attempt <= 2) {
      return CheckpointChoice.NEWEST;
    }
    return attempt == 3 ? CheckpointChoice.PREVIOUS : CheckpointChoice.FRESH;
  }

  /** The rungs of the ladder. */
  enum CheckpointChoice {
    NEWEST,
    PREVIOUS,
    FRESH
  }
}
