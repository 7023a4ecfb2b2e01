package org.lazaruspit.heartbeat.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Newest events, numbered from 1. Each reader keeps its own position, so a slow reader costs
 * nothing: its events drop out at the old end. Thread-safe.
 */
final class EventHistory {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final byte[][] events;

  @GuardedBy("lock")
  private long next = 1;

  @GuardedBy("lock")
  private boolean closed;

  EventHistory(int size) {
    this.events = new byte[size][];
  }

  /** Encodes an event with its number. */
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

  /** Returns the number of the next event. */
  long next() {
    lock.lock();
    try {
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether all events from this number on are stored or still to come. */
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
   * Waits for an event and returns the events from this number on; empty after the wait time, null
   * if the events have dropped out or the history is closed.
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

  /** Closes the history and wakes all readers. */
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
