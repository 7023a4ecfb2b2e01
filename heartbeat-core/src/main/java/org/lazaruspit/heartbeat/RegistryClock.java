package org.lazaruspit.heartbeat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clock of the registry: the ticker's time without pauses of this process. Thread-safe.
 *
 * <p>A caller promises to call {@link #tick} at an interval. A gap of several intervals means that
 * the process was stopped, for example by a long garbage collection, a debugger, SIGSTOP or a
 * suspended machine, and received no heartbeats: the gap does not count, so all deadlines move by
 * it. Without a promise all time counts.
 */
final class RegistryClock {
  private static final Logger LOG = LoggerFactory.getLogger(HealthRegistry.class);

  /**
   * A gap of more than this many intervals, and at least {@link #SHORTEST_PAUSE}, is a pause; a
   * shorter gap is a busy machine.
   */
  private static final int INTERVALS = 4;

  private static final long SHORTEST_PAUSE = Duration.ofSeconds(1).toNanos();

  private static final long LOG_FROM = Duration.ofSeconds(5).toNanos();

  /** Offset for a wall clock outside of 1677 to 2262, the range of nanoseconds since the epoch. */
  private static final long OUT_OF_REACH = Long.MIN_VALUE;

  private static final long REACH = Duration.ofDays(365L * 290).toSeconds();

  private final Ticker ticker;
  private final InstantSource clock;
  private volatile long paused;
  private volatile long lastTick;

  /** Difference of the wall clock's nanoseconds and the registry's time, at the last tick. */
  private volatile long wallOffset = OUT_OF_REACH;

  private volatile long limit = Long.MAX_VALUE;

  @GuardedBy("this")
  private long interval;

  RegistryClock(Ticker ticker, InstantSource clock) {
    this.ticker = ticker;
    this.clock = clock;
    lastTick = ticker.nanos();
  }

  /** Promises calls of {@link #tick} at this interval. */
  synchronized void promise(Duration newInterval) {
    lastTick = ticker.nanos();
    interval = Nanos.of(newInterval);
    limit = Math.max(SHORTEST_PAUSE, INTERVALS * Math.min(interval, Nanos.MAX / INTERVALS));
    readWallClock(lastTick - paused);
  }

  /** Ends the promise. */
  synchronized void release() {
    limit = Long.MAX_VALUE;
    wallOffset = OUT_OF_REACH;
  }

  /**
   * Returns the present. Heartbeats right after a pause arrive before the tick, so this method
   * detects a pause as well; otherwise they would get a time in the future. The order of the three
   * reads matters: a reader of a tick also sees the pause that this tick found.
   */
  long now() {
    long tick = lastTick;
    long before = paused;
    long reading = ticker.nanos();
    return reading - tick > limit ? tick() : reading - before;
  }

  /** Returns the present; called at the promised interval. */
  synchronized long tick() {
    long reading = ticker.nanos();
    long gap = reading - lastTick;
    if (gap > limit) {
      paused += gap - interval;
      if (gap > LOG_FROM) {
        LOG.info(
            "registry clock: process was stopped for {} ms; moving all deadlines",
            Duration.ofNanos(gap).toMillis());
      }
    }
    lastTick = reading;
    if (limit != Long.MAX_VALUE) {
      readWallClock(reading - paused);
    }
    return reading - paused;
  }

  private void readWallClock(long now) {
    Instant wall = clock.instant();
    long seconds = wall.getEpochSecond();
    boolean within = seconds > -REACH && seconds < REACH;
    wallOffset = within ? seconds * 1_000_000_000 + wall.getNano() - now : OUT_OF_REACH;
  }

  /**
   * Returns the wall clock's milliseconds at a moment that was just read, for display. With a
   * promise only the tick reads the wall clock: a read per heartbeat would double the heartbeat's
   * cost.
   */
  long wallMillis(long now) {
    long offset = wallOffset;
    return offset == OUT_OF_REACH ? clock.millis() : Math.floorDiv(offset + now, 1_000_000L);
  }
}
