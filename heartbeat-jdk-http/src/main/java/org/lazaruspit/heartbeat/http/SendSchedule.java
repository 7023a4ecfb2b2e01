package org.lazaruspit.heartbeat.http;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When the next heartbeat is due: a little earlier than the gateway asked for, so that agents which
 * started together don't stay together; after trouble with growing distance, and never more than
 * one at a time, so that nothing piles up while a gateway is away.
 */
final class SendSchedule {

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration SHORTEST = Duration.ofMillis(50);
  private static final double JITTER = 0.1;

  private final RandomGenerator random;
  private Duration interval = Duration.ofSeconds(30);
  private int troubles;

  SendSchedule(RandomGenerator random) {
    this.random = random;
  }

  Duration after(BeatResult result) {
    if (result instanceof BeatResult.Accepted accepted) {
      troubles = 0;
      interval = longer(accepted.nextHeartbeat(), SHORTEST);
      return part(interval, 1 - JITTER * random.nextDouble());
    }
    return longer(part(backOff(), 1 - 0.5 * random.nextDouble()), askedFor(result));
  }

  private static Duration askedFor(BeatResult result) {
    return result instanceof BeatResult.Refused refused && refused.retryAfter() != null
        ? refused.retryAfter()
        : Duration.ZERO;
  }

  /** Doubles from the first retry up to the interval of a gateway that is well. */
  private Duration backOff() {
    int doublings = Math.min(troubles++, 20);
    Duration wanted = FIRST_RETRY.multipliedBy(1L << doublings);
    Duration most = longer(interval, FIRST_RETRY);
    return wanted.compareTo(most) < 0 ? wanted : most;
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  private static Duration part(Duration whole, double part) {
    return Duration.ofNanos((long) (whole.toNanos() * part));
  }
}
