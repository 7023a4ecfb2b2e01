package org.lazaruspit.pit.internal.loop;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Determines the begin of the next round: at the next poll, at once on demand, or soon after news.
 * News may come in a flood, so that rounds on news leave at least half of the time idle.
 * Thread-safe.
 */
public final class RoundTrigger {

  /** Least time between a round and the next round on news, in nanoseconds. */
  static final long SHORTEST_PAUSE = 50_000_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private boolean demanded = true;

  @GuardedBy("lock")
  private boolean news;

  @GuardedBy("lock")
  private boolean closed;

  /** Starts a round at once. */
  public void now() {
    lock.lock();
    try {
      demanded = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Starts a round after a pause since the last round. */
  public void news() {
    lock.lock();
    try {
      news = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends every wait, present and future. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the begin of the next round; returns false after {@link #close}.
   *
   * @param poll the longest time to wait, in nanoseconds
   * @param lastRound the duration of the last round, in nanoseconds
   */
  public boolean await(long poll, long lastRound) throws InterruptedException {
    long began = System.nanoTime();
    lock.lock();
    try {
      long left = left(poll, lastRound, 0);
      while (left > 0) {
        changed.awaitNanos(left);
        left = left(poll, lastRound, System.nanoTime() - began);
      }
      demanded = false;
      news = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private long left(long poll, long lastRound, long waited) {
    if (closed || demanded) {
      return 0;
    }
    return (news ? pauseAfter(lastRound, poll) : poll) - waited;
  }

  /** Returns the pause before a round on news: the last round's duration, at most one poll. */
  static long pauseAfter(long lastRound, long poll) {
    return Math.min(poll, Math.max(SHORTEST_PAUSE, lastRound));
  }
}
