package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says when it is going to be quiet: why, and for how long. Immutable and
 * thread-safe.
 *
 * <p>At most one of {@code until} and {@code duration} is given; without both the agent waits for
 * as long as the rules' ceiling allows. A longer wait than the ceiling is cut to it.
 *
 * @param reason what it waits for: {@code call}, {@code quota}, {@code human}, {@code budget},
 *     {@code dependency}, or any other text of 1 to 200 characters
 * @param until wall-clock time at which it expects to be back
 * @param duration how long from now it expects to be quiet, not negative
 */
public record Waiting(String reason, @Nullable Instant until, @Nullable Duration duration) {
  private static final int MAX_REASON = 200;

  /**
   * Checks what is given.
   *
   * @param reason what it waits for
   * @param until wall-clock time at which it expects to be back
   * @param duration how long from now it expects to be quiet
   */
  public Waiting {
    requireNonNull(reason, "reason");
    if (reason.isBlank() || reason.length() > MAX_REASON) {
      throw new IllegalArgumentException(
          "waiting: the reason has "
              + reason.length()
              + " characters, expected 1 to "
              + MAX_REASON
              + ", not all blank");
    }
    if (until != null && duration != null) {
      throw new IllegalArgumentException(
          "waiting: both until "
              + until
              + " and duration "
              + duration
              + " are given, expected one");
    }
    if (duration != null && duration.isNegative()) {
      throw new IllegalArgumentException("waiting: duration " + duration + " is negative");
    }
  }

  /**
   * An agent that does not know for how long.
   *
   * @param reason what it waits for
   * @return the waiting
   */
  public static Waiting of(String reason) {
    return new Waiting(reason, null, null);
  }

  /**
   * An agent that knows when it will be back.
   *
   * @param reason what it waits for
   * @param until wall-clock time at which it expects to be back
   * @return the waiting
   */
  public static Waiting until(String reason, Instant until) {
    return new Waiting(reason, requireNonNull(until, "until"), null);
  }

  /**
   * An agent that knows for how long it will be quiet.
   *
   * @param reason what it waits for
   * @param duration how long from now, not negative
   * @return the waiting
   */
  public static Waiting lasting(String reason, Duration duration) {
    return new Waiting(reason, null, requireNonNull(duration, "duration"));
  }
}
