package org.lazaruspit.pit.internal.revival;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * How many revivals may run at once, and how many may begin within a minute: a storm of deaths must
 * not become a storm of starts. Thread-safe.
 */
final class RevivalCapacity {

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final int concurrent;
  private final int perMinute;
  private final Deque<Long> begun = new ArrayDeque<>();
  private int running;

  RevivalCapacity(int concurrent, int perMinute) {
    this.concurrent = concurrent;
    this.perMinute = perMinute;
  }

  /** One of the places; given back once, however often it is closed. Thread-safe. */
  final class Place implements AutoCloseable {
    private boolean taken = true;

    @Override
    public void close() {
      synchronized (RevivalCapacity.this) {
        running -= taken ? 1 : 0;
        taken = false;
      }
    }
  }

  /** Takes a place if there is one. */
  synchronized Optional<Place> tryBegin(long now) {
    if (!hasPlace(now)) {
      return Optional.empty();
    }
    running++;
    begun.addLast(now);
    return Optional.of(new Place());
  }

  /** Whether there is a place, without taking it. */
  synchronized boolean hasPlace(long now) {
    forget(now);
    return running < concurrent && begun.size() < perMinute;
  }

  /** Takes a place for what already runs, whatever the limits say. */
  synchronized Place resume() {
    running++;
    return new Place();
  }

  /** Nanoseconds until the rate allows another; empty where only a running one has to end. */
  synchronized OptionalLong untilRateAllows(long now) {
    forget(now);
    return begun.size() < perMinute
        ? OptionalLong.empty()
        : OptionalLong.of(begun.getFirst() + MINUTE - now);
  }

  private void forget(long now) {
    while (!begun.isEmpty() && now - begun.getFirst() >= MINUTE) {
      begun.removeFirst();
    }
  }
}
