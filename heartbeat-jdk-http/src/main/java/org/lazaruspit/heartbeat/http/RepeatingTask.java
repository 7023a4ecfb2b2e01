package org.lazaruspit.heartbeat.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Task that repeats on an own daemon thread, each time after the delay that the last run returned.
 * Thread-safe.
 */
final class RepeatingTask implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatClient.class);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition woken = lock.newCondition();
  private final Supplier<@Nullable Duration> step;
  private final Thread thread;

  @GuardedBy("lock")
  private boolean started;

  @GuardedBy("lock")
  private boolean soon;

  @GuardedBy("lock")
  private boolean closed;

  /**
   * Creates a task, not started.
   *
   * @param step one run; returns the delay until the next run, or null to stop
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

  /** Starts the next run without its delay. */
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
      Duration delay = runStep();
      while (delay != null && await(delay)) {
        delay = runStep();
      }
    } catch (InterruptedException e) {
      LOG.debug("{}: interrupted", thread.getName());
    }
  }

  private @Nullable Duration runStep() {
    try {
      return step.get();
    } catch (RuntimeException e) {
      LOG.warn(
          "{}: callback of the agent failed; retrying in {}", thread.getName(), AFTER_FAILURE, e);
      return AFTER_FAILURE;
    }
  }

  private boolean await(Duration delay) throws InterruptedException {
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

  /** Stops the thread and waits for it, unless the thread is the caller. */
  @Override
  public void close() {
    boolean running;
    lock.lock();
    try {
      closed = true;
      running = started;
      woken.signalAll();
    } finally {
      lock.unlock();
    }
    if (running && Thread.currentThread() != thread) {
      thread.interrupt();
      try {
        thread.join(TimeUnit.SECONDS.toMillis(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
