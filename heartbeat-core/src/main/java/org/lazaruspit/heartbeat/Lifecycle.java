package org.lazaruspit.heartbeat;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Starts the threads of a registry and ends them. Thread-safe. */
final class Lifecycle {
  private final Runnable check;
  private final @Nullable Duration checkInterval;
  private final @Nullable Executor listenerExecutor;
  private final PauseGuard time;
  private final Announcer announcer;
  private @Nullable WatchThread thread;
  private boolean closed;

  Lifecycle(Runnable check, HealthRegistryBuilder settings, PauseGuard time, Announcer announcer) {
    this.check = check;
    this.checkInterval = settings.checkInterval;
    this.listenerExecutor = settings.listenerExecutor;
    this.time = time;
    this.announcer = announcer;
    promiseChecks();
  }

  synchronized void start() {
    if (closed) {
      throw new IllegalStateException("the registry is closed");
    }
    if (thread == null) {
      boolean ownThreads = listenerExecutor == null;
      WatchThread started = new WatchThread(check, ownThreads);
      if (ownThreads) {
        announcer.deliverBy(started.listenerExecutor());
      }
      time.promise(WatchThread.INTERVAL);
      thread = started;
      started.start();
    }
  }

  /** Waits for the threads without a lock: a listener that is still running may close as well. */
  void close() {
    WatchThread started = end();
    if (started != null) {
      promiseChecks();
      announcer.deliverBy(listenerExecutor);
      started.close();
    }
  }

  private synchronized @Nullable WatchThread end() {
    WatchThread started = thread;
    closed = true;
    thread = null;
    return started;
  }

  private void promiseChecks() {
    if (checkInterval == null) {
      time.release();
    } else {
      time.promise(checkInterval);
    }
  }
}
