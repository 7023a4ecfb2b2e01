package org.lazaruspit.heartbeat.http;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Delay until the next heartbeat: slightly shorter than the requested interval, so that agents
 * which started together spread out; growing after failures. Missed heartbeats do not accumulate.
 * Not thread-safe.
 */
final class SendSchedule {

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration SHORTEST = Duration.ofMillis(50);
  private static final double JITTER = 0.1;

  private final RandomGenerator random;
  private Duration interval = Duration.ofSeconds(30);
  private int failures;

  SendSchedule(RandomGenerator random) {
    this.random = random;
  }

  Duration after(BeatResult result) {
    if (result instanceof BeatResult.Accepted accepted) {
      failures = 0;
      interval = longer(accepted.nextHeartbeat(), SHORTEST);
      return part(interval, 1 - JITTER * random.nextDouble());
    }
    return longer(part(backOff(), 1 - 0.5 * random.nextDouble()), retryAfter(result));
  }

  private static Duration retryAfter(BeatResult result) {
    return result instanceof BeatResult.Refused refused && refused.retryAfter() != null
        ? refused.retryAfter()
        : Duration.ZERO;
  }

  /** Doubles from the first retry up to the gateway's interval. */
  private Duration backOff() {
    int doublings = Math.min(failures++, 20);
    Duration delay = FIRST_RETRY.multipliedBy(1L << doublings);
    Duration max = longer(interval, FIRST_RETRY);
    return delay.compareTo(max) < 0 ? delay : max;
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  private static Duration part(Duration whole, double part) {
    return Duration.ofNanos((long) (whole.toNanos() * part));
  }
}
