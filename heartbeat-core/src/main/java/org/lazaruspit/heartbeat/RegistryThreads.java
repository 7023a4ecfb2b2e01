package org.lazaruspit.heartbeat;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads of a started registry: one checks time-outs, and each listener with waiting events has at
 * most one.
 */
final class RegistryThreads {
  /** Half of the promised time to detect silence. */
  static final Duration INTERVAL = Duration.ofMillis(50);

  private static final Logger LOG = LoggerFactory.getLogger(HealthRegistry.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Runnable check;
  private final Thread thread =
      new OwnThread(this::run, "heartbeat-watch-" + NUMBER.incrementAndGet());
  private final @Nullable ExecutorService listenerThreads;
  private volatile boolean closed;
  private int failures; // used by the checking thread only

  RegistryThreads(Runnable check, boolean withListenerThreads) {
    this.check = check;
    listenerThreads = withListenerThreads ? listenerThreads() : null;
  }

  private ExecutorService listenerThreads() {
    AtomicInteger number = new AtomicInteger();
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        10,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> new OwnThread(task, "heartbeat-listener-" + number.incrementAndGet()));
  }

  private final class OwnThread extends Thread {
    OwnThread(Runnable task, String name) {
      super(task, name);
      setDaemon(true);
    }

    boolean isOf(RegistryThreads owner) {
      return owner == RegistryThreads.this;
    }
  }

  void start() {
    thread.start();
  }

  @Nullable ExecutorService listenerExecutor() {
    return listenerThreads;
  }

  private void run() {
    while (!closed) {
      try {
        check.run();
      } catch (RuntimeException | Error e) {
        // The checks continue after an Error of a listener on this thread; repeated failures are
        // logged at powers of two only.
        if (Integer.bitCount(++failures) == 1) {
          LOG.warn("registry: check of time-outs failed {} times so far; continuing", failures, e);
        }
      }
      LockSupport.parkNanos(this, INTERVAL.toNanos());
    }
  }

  /** Stops the threads and waits for them, except for the calling thread. */
  void close() {
    closed = true;
    LockSupport.unpark(thread);
    ExecutorService listeners = listenerThreads;
    if (listeners != null) {
      listeners.shutdown();
    }
    if (Thread.currentThread() instanceof OwnThread own && own.isOf(this)) {
      return;
    }
    try {
      thread.join(CLOSE_TIMEOUT.toMillis());
      if (thread.isAlive()) {
        LOG.warn(
            "registry: thread {} still runs {} after the stop", thread.getName(), CLOSE_TIMEOUT);
      }
      if (listeners != null
          && !listeners.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("registry: listeners still run {} after the stop; interrupting", CLOSE_TIMEOUT);
        listeners.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
