package org.lazaruspit.heartbeat.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The newest events, numbered from 1. Readers keep their own place in it, so that a slow one costs
 * nothing: it falls out at the old end.
 */
final class EventHistory {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final byte[][] events;
  private long next = 1;
  private boolean closed;

  EventHistory(int size) {
    this.events = new byte[size][];
  }

  /** Makes the bytes of an event that gets this number. */
  @FunctionalInterface
  interface Encoding {
    byte[] of(long number);
  }

  void add(Encoding event) {
    lock.lock();
    try {
      events[(int) (next % events.length)] = event.of(next);
      next++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The number that the next event will get. */
  long next() {
    lock.lock();
    try {
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Whether events from this number on are all here, or still to come. */
  boolean holds(long number) {
    lock.lock();
    try {
      return number <= next && number >= oldest();
    } finally {
      lock.unlock();
    }
  }

  long oldest() {
    lock.lock();
    try {
      return Math.max(1, next - events.length);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The events from this number on, once there is one; none if the wait has been in vain; null if
   * they are no longer here, or if the history is closed.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  @Nullable List<byte[]> from(long number, long waitNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = waitNanos;
      while (number >= next && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (closed || number < oldest()) {
        return null;
      }
      List<byte[]> found = new ArrayList<>();
      for (long n = number; n < next; n++) {
        found.add(events[(int) (n % events.length)]);
      }
      return found;
    } finally {
      lock.unlock();
    }
  }

  /** Wakes all readers, for the last time. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
