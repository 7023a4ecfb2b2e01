package org.lazaruspit.heartbeat;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry's time: the ticker's, less the time that this process was away.
 *
 * <p>Somebody promises to call {@link #tick} at an interval. A gap of several intervals means that
 * the process was stopped, by a long garbage collection, a debugger, SIGSTOP or a suspended
 * machine, and heard nothing meanwhile: the time of the gap does not count, so that all deadlines
 * move by it. Without a promise every moment counts.
 */
final class PauseGuard {
  private static final Logger LOG = LoggerFactory.getLogger(HealthRegistry.class);

  /** So many intervals without a tick are a pause; fewer are a busy machine. */
  private static final int INTERVALS = 4;

  private static final long NOTABLE = Duration.ofSeconds(5).toNanos();

  private final Ticker ticker;
  private volatile long away;
  private volatile long lastTick;
  private volatile long limit = Long.MAX_VALUE;
  private long interval;

  PauseGuard(Ticker ticker) {
    this.ticker = ticker;
    lastTick = ticker.nanos();
  }

  /** From now on somebody ticks at this interval. */
  synchronized void promise(Duration newInterval) {
    lastTick = ticker.nanos();
    interval = Nanos.of(newInterval);
    limit = INTERVALS * Math.min(interval, Nanos.MAX / INTERVALS);
  }

  /** From now on nobody promises anything. */
  synchronized void release() {
    limit = Long.MAX_VALUE;
  }

  /**
   * The present. Read by every heartbeat, also by the first ones after a pause, which come before
   * the tick: they notice it too, or else they would be stamped with a time that is yet to come.
   * The order of the three reads matters: whoever sees a tick sees the time away that it noticed.
   */
  long now() {
    long tick = lastTick;
    long before = away;
    long reading = ticker.nanos();
    return reading - tick > limit ? tick() : reading - before;
  }

  /** The present, as told by the one who promised. */
  synchronized long tick() {
    long reading = ticker.nanos();
    long gap = reading - lastTick;
    if (gap > limit) {
      away += gap - interval;
      if (gap > NOTABLE) {
        LOG.info(
            "This process was away for {} ms: deadlines move by that",
            Duration.ofNanos(gap).toMillis());
      }
    }
    lastTick = reading;
    return reading - away;
  }
}
