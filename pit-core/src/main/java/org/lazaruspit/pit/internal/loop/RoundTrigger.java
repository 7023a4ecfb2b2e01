package org.lazaruspit.pit.internal.loop;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * When the next round begins: at the next poll, at once when somebody asks for it, and soon when
 * there is news, of which there may be a flood: rounds that news cause leave at least half of the
 * time to others. Thread-safe.
 */
public final class RoundTrigger {

  /** Between the end of a round and the beginning of one that news cause. */
  static final long SHORTEST_PAUSE = 50_000_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean asked = true;
  private boolean news;
  private boolean closed;

  /** Has a round begin now. */
  public void now() {
    set(() -> asked = true);
  }

  /** Has a round begin as soon as the last one is a while ago. */
  public void news() {
    set(() -> news = true);
  }

  /** Ends all waiting, now and from now on. */
  public void close() {
    set(() -> closed = true);
  }

  private void set(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the time of the next round; false once it is closed.
   *
   * @param poll the longest time to wait, in nanoseconds
   * @param lastRound how long the last round took, in nanoseconds
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
      asked = false;
      news = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private long left(long poll, long lastRound, long waited) {
    if (closed || asked) {
      return 0;
    }
    return (news ? pauseAfter(lastRound, poll) : poll) - waited;
  }

  /** News wait as long as the last round took, but no longer than for the next poll. */
  static long pauseAfter(long lastRound, long poll) {
    return Math.min(poll, Math.max(SHORTEST_PAUSE, lastRound));
  }
}
