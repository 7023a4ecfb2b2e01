package org.lazaruspit.heartbeat;

import java.time.Duration;

/** Durations as nanoseconds that can be added and compared without overflow. */
final class Nanos {
  /** About 73 years: four of them still fit in a long. */
  static final long MAX = Long.MAX_VALUE / 4;

  private static final Duration MAX_DURATION = Duration.ofNanos(MAX);

  private Nanos() {}

  static long of(Duration duration) {
    return duration.compareTo(MAX_DURATION) >= 0 ? MAX : duration.toNanos();
  }
}
