package org.lazaruspit.examples.pit.page;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.lazaruspit.pit.JournalWrite;
import org.lazaruspit.pit.PitListener;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.Revival;

/** Counts what may have changed in the fleet, for those who wait for it. Thread-safe. */
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

  /** Also what a person ordered, which moves no revival. */
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

  /** How many there have been. */
  long count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there have been more than these, for so long at most. */
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

  /** Waits for so long, whatever changes: what is told together costs less. */
  void rest(Duration pause) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(pause.toNanos());
  }
}
