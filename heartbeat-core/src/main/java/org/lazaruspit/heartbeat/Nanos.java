package org.lazaruspit.heartbeat;

import java.time.Duration;
import java.time.Instant;

/** Conversion of durations to nanoseconds that can be added and compared without overflow. */
final class Nanos {
  /** About 73 years; the sum of four fits in a long. */
  static final long MAX = Long.MAX_VALUE / 4;

  private static final Duration MAX_DURATION = Duration.ofNanos(MAX);
  private static final Duration MIN_DURATION = Duration.ofNanos(-MAX);

  private Nanos() {}

  /** Returns the nanoseconds, capped at {@link #MAX} and its negative. */
  static long of(Duration duration) {
    if (duration.isNegative()) {
      return duration.compareTo(MIN_DURATION) <= 0 ? -MAX : duration.toNanos();
    }
    return duration.compareTo(MAX_DURATION) >= 0 ? MAX : duration.toNanos();
  }

  /** Returns the later instant, capped at {@link Instant#MAX}. */
  static Instant after(Instant instant, long nanos) {
    Duration left = Duration.between(instant, Instant.MAX);
    return left.compareTo(Duration.ofNanos(nanos)) > 0 ? instant.plusNanos(nanos) : Instant.MAX;
  }
}
