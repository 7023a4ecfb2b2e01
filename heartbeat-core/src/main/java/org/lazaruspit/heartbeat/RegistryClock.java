package org.lazaruspit.heartbeat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
final class RegistryClock {
  private static final Logger LOG = LoggerFactory.getLogger(HealthRegistry.class);

  /**
   * So many intervals without a tick are a pause, if they take so long; anything less is a busy
   * machine.
   */
  private static final int INTERVALS = 4;

  private static final long SHORTEST = Duration.ofSeconds(1).toNanos();

  private static final long NOTABLE = Duration.ofSeconds(5).toNanos();

  /** The wall clock is beyond what nanoseconds since the epoch reach, from 1677 to 2262. */
  private static final long OUT_OF_REACH = Long.MIN_VALUE;

  private static final long REACH = Duration.ofDays(365L * 290).toSeconds();

  private final Ticker ticker;
  private final InstantSource clock;
  private volatile long away;
  private volatile long lastTick;

  /** From the registry's time to the wall clock's nanoseconds, as it was at the last tick. */
  private volatile long wallOffset = OUT_OF_REACH;

  private volatile long limit = Long.MAX_VALUE;
  private long interval;

  RegistryClock(Ticker ticker, InstantSource clock) {
    this.ticker = ticker;
    this.clock = clock;
    lastTick = ticker.nanos();
  }

  /** From now on somebody ticks at this interval. */
  synchronized void promise(Duration newInterval) {
    lastTick = ticker.nanos();
    interval = Nanos.of(newInterval);
    limit = Math.max(SHORTEST, INTERVALS * Math.min(interval, Nanos.MAX / INTERVALS));
    readWallClock(lastTick - away);
  }

  /** From now on nobody promises anything. */
  synchronized void release() {
    limit = Long.MAX_VALUE;
    wallOffset = OUT_OF_REACH;
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
    if (limit != Long.MAX_VALUE) {
      readWallClock(reading - away);
    }
    return reading - away;
  }

  private void readWallClock(long now) {
    Instant wall = clock.instant();
    long seconds = wall.getEpochSecond();
    boolean within = seconds > -REACH && seconds < REACH;
    wallOffset = within ? seconds * 1_000_000_000 + wall.getNano() - now : OUT_OF_REACH;
  }

  /**
   * The wall clock's milliseconds at a moment that has just been read; for display. While somebody
   * ticks, the wall clock is read by the tick alone: reading it for every heartbeat would cost as
   * much as all the rest of it.
   */
  long wallMillis(long now) {
    long offset = wallOffset;
    return offset == OUT_OF_REACH ? clock.millis() : Math.floorDiv(offset + now, 1_000_000L);
  }
}
