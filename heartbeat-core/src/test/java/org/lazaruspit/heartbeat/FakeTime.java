package org.lazaruspit.heartbeat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Manual clocks: the monotonic clock of the rules and the wall clock. */
final class FakeTime implements Ticker, InstantSource {
  private volatile long nanos;
  private volatile Instant wall = Instant.parse("2026-01-31T09:30:00Z");

  FakeTime() {}

  FakeTime(long startNanos) {
    nanos = startNanos;
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public Instant instant() {
    return wall;
  }

  synchronized void advance(Duration duration) {
    nanos += duration.toNanos();
    wall = wall.plus(duration);
  }

  synchronized void advanceSeconds(long seconds) {
    advance(Duration.ofSeconds(seconds));
  }

  /** Sets the wall clock. */
  synchronized void setWall(Instant instant) {
    wall = instant;
  }
}
