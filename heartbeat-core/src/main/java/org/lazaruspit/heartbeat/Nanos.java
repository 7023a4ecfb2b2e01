package org.lazaruspit.heartbeat;

import java.time.Duration;
import java.time.Instant;

/** Durations as nanoseconds that can be added and compared without overflow. */
final class Nanos {
  /** About 73 years: four of them still fit in a long. */
  static final long MAX = Long.MAX_VALUE / 4;

  private static final Duration MAX_DURATION = Duration.ofNanos(MAX);
  private static final Duration MIN_DURATION = Duration.ofNanos(-MAX);

  private Nanos() {}

  /** The nanoseconds, at most {@link #MAX} and at least its negative. */
  static long of(Duration duration) {
    if (duration.isNegative()) {
      return duration.compareTo(MIN_DURATION) <= 0 ? -MAX : duration.toNanos();
    }
    return duration.compareTo(MAX_DURATION) >= 0 ? MAX : duration.toNanos();
  }

  /** The instant so much later, or the last one there is. */
  static Instant after(Instant instant, long nanos) {
    Duration left = Duration.between(instant, Instant.MAX);
    return left.compareTo(Duration.ofNanos(nanos)) > 0 ? instant.plusNanos(nanos) : Instant.MAX;
  }
}
