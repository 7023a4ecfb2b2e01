package org.lazaruspit.examples.pit.page;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.lazaruspit.pit.JournalWrite;
import org.lazaruspit.pit.PitListener;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.Revival;

/** Counts possible changes of the fleet, for waiting threads. Thread-safe. */
public final class ChangeCounter implements PitListener {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition counted = lock.newCondition();
  private long count;

  @Override
  public void revivalChanged(Revival revival) {
    add();
  }

  @Override
  public void roundEnded(PitReport report) {
    add();
  }

  /** Counts orders as well, which change no revival. */
  @Override
  public void journalWritten(JournalWrite write) {
    add();
  }

  private void add() {
    lock.lock();
    try {
      count++;
      counted.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of changes so far. */
  long count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a change after the first {@code seen}, at most for a given time. */
  void await(long seen, Duration most) throws InterruptedException {
    lock.lock();
    try {
      long left = most.toNanos();
      while (count == seen && left > 0) {
        left = counted.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a given time, so that several changes are sent together. */
  void rest(Duration pause) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(pause.toNanos());
  }
}
