package org.lazaruspit.cell.internal.json;

import java.time.Duration;

/** Rule for durations: whole seconds, from 1 to 1,000,000,000. */
public final class Seconds {
  static final long MAX = 1_000_000_000L;

  private Seconds() {}

  public static Duration require(String what, Duration duration) {
    if (duration.getNano() != 0 || duration.getSeconds() < 1 || duration.getSeconds() > MAX) {
      throw new IllegalArgumentException(
          what + ": " + duration + " is not a number of whole seconds from 1 to " + MAX);
    }
    return duration;
  }
}
