package org.lazaruspit.heartbeat.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repeats something on a daemon thread of its own, each time after the delay that it asked for. */
final class RepeatingTask implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatClient.class);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition woken = lock.newCondition();
  private final Supplier<@Nullable Duration> step;
  private final Thread thread;
  private boolean started;
  private boolean soon;
  private boolean closed;

  /**
   * A rhythm that has not begun.
   *
   * @param step what to do; it returns the delay until the next time, or null to end
   */
  RepeatingTask(String name, Supplier<@Nullable Duration> step) {
    this.step = step;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    lock.lock();
    try {
      if (started || closed) {
        throw new IllegalStateException(started ? "already started" : "closed");
      }
      started = true;
      thread.start();
    } finally {
      lock.unlock();
    }
  }

  /** Doesn't wait for the end of the delay. */
  void soon() {
    lock.lock();
    try {
      soon = true;
      woken.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      Duration delay = stepped();
      while (delay != null && waited(delay)) {
        delay = stepped();
      }
    } catch (InterruptedException e) {
      LOG.debug("{} was interrupted", thread.getName());
    }
  }

  private @Nullable Duration stepped() {
    try {
      return step.get();
    } catch (RuntimeException e) {
      LOG.warn("{}: what the agent hands in failed", thread.getName(), e);
      return AFTER_FAILURE;
    }
  }

  private boolean waited(Duration delay) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = delay.toNanos();
      while (!soon && !closed && left > 0) {
        left = woken.awaitNanos(left);
      }
      soon = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread; waits for it, unless it is the caller. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      woken.signalAll();
    } finally {
      lock.unlock();
    }
    if (started && Thread.currentThread() != thread) {
      thread.interrupt();
      try {
        thread.join(TimeUnit.SECONDS.toMillis(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
