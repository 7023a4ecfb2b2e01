package org.lazaruspit.pit.internal.revival;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Limits the revivals that run at once and that begin within a minute: many deaths at once must not
 * cause as many starts at once. Thread-safe.
 */
final class RevivalCapacity {

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final int concurrent;
  private final int perMinute;

  /** Starts within the last minute, as {@link System#nanoTime}. */
  @GuardedBy("this")
  private final Deque<Long> begun = new ArrayDeque<>();

  @GuardedBy("this")
  private int running;

  RevivalCapacity(int concurrent, int perMinute) {
    this.concurrent = concurrent;
    this.perMinute = perMinute;
  }

  /** Capacity for one revival; released by the first close. Thread-safe. */
  final class Slot implements AutoCloseable {
    @GuardedBy("RevivalCapacity.this")
    private boolean taken = true;

    @Override
    public void close() {
      synchronized (RevivalCapacity.this) {
        running -= taken ? 1 : 0;
        taken = false;
      }
    }
  }

  /** Takes a slot if one is free. */
  synchronized Optional<Slot> tryBegin(long now) {
    if (!hasSlot(now)) {
      return Optional.empty();
    }
    running++;
    begun.addLast(now);
    return Optional.of(new Slot());
  }

  /** Returns whether a slot is free. */
  synchronized boolean hasSlot(long now) {
    expire(now);
    return running < concurrent && begun.size() < perMinute;
  }

  /** Takes a slot for a revival that already runs, beyond the limits if needed. */
  synchronized Slot resume() {
    running++;
    return new Slot();
  }

  /** Returns the nanoseconds until the rate allows a start; empty if it does now. */
  synchronized OptionalLong untilRateAllows(long now) {
    expire(now);
    return begun.size() < perMinute
        ? OptionalLong.empty()
        : OptionalLong.of(begun.getFirst() + MINUTE - now);
  }

  @GuardedBy("this")
  private void expire(long now) {
    while (!begun.isEmpty() && now - begun.getFirst() >= MINUTE) {
      begun.removeFirst();
    }
  }
}
