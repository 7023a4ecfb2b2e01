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
 * The threads of a started registry: one that checks time-outs, and at most one for each listener
 * that has something to hear.
 */
final class RegistryThreads {
  /** Half of the time within which silence is to be noticed. */
  static final Duration INTERVAL = Duration.ofMillis(50);

  private static final Logger LOG = LoggerFactory.getLogger(HealthRegistry.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Runnable check;
  private final Thread thread =
      new OwnThread(this::run, "heartbeat-watch-" + NUMBER.incrementAndGet());
  private final @Nullable ExecutorService listenerThreads;
  private volatile boolean closed;
  private int troubles;

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
        // The watch must go on, whatever a listener that is called on this thread throws, but
        // trouble at every tick need not be told at every tick.
        if (Integer.bitCount(++troubles) == 1) {
          LOG.warn("Checking time-outs failed, {} times so far", troubles, e);
        }
      }
      LockSupport.parkNanos(this, INTERVAL.toNanos());
    }
  }

  /** Ends the threads and waits for them, but not for the one that calls. */
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
      thread.join(PATIENCE.toMillis());
      if (thread.isAlive()) {
        LOG.warn("{} still runs {} after it was told to end", thread.getName(), PATIENCE);
      }
      if (listeners != null
          && !listeners.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("Listeners still run {} after they were told to end", PATIENCE);
        listeners.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
