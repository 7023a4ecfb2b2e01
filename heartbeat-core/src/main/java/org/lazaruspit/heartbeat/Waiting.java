package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Announced wait of an agent: reason and length. Immutable and thread-safe.
 *
 * <p>At most one of {@code until} and {@code duration} is given; without both the wait lasts up to
 * the rules' ceiling. A wait longer than the ceiling is cut to it.
 *
 * @param reason the reason of the wait: {@code call}, {@code quota}, {@code human}, {@code budget},
 *     {@code dependency}, or any other text of 1 to 200 characters
 * @param until wall-clock end of the wait
 * @param duration length of the wait from now, not negative
 */
public record Waiting(String reason, @Nullable Instant until, @Nullable Duration duration) {
  private static final int MAX_REASON = 200;

  /**
   * Checks the arguments.
   *
   * @param reason the reason of the wait
   * @param until wall-clock end of the wait
   * @param duration length of the wait from now
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
              + " are given, expected at most one");
    }
    if (duration != null && duration.isNegative()) {
      throw new IllegalArgumentException("waiting: duration " + duration + " is negative");
    }
  }

  /**
   * Returns a wait of unknown length.
   *
   * @param reason the reason of the wait
   * @return the wait
   */
  public static Waiting of(String reason) {
    return new Waiting(reason, null, null);
  }

  /**
   * Returns a wait with a known end.
   *
   * @param reason the reason of the wait
   * @param until wall-clock end of the wait
   * @return the wait
   */
  public static Waiting until(String reason, Instant until) {
    return new Waiting(reason, requireNonNull(until, "until"), null);
  }

  /**
   * Returns a wait of a known length.
   *
   * @param reason the reason of the wait
   * @param duration length of the wait from now, not negative
   * @return the wait
   */
  public static Waiting lasting(String reason, Duration duration) {
    return new Waiting(reason, null, requireNonNull(duration, "duration"));
  }
}
