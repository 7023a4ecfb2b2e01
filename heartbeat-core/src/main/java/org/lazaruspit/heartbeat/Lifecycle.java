package org.lazaruspit.heartbeat;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Starts the threads of a registry and ends them. Thread-safe. */
final class Lifecycle {
  private final Runnable check;
  private final @Nullable Duration checkInterval;
  private final @Nullable Executor listenerExecutor;
  private final RegistryClock time;
  private final EventDispatcher announcer;
  private @Nullable RegistryThreads thread;
  private boolean closed;

  Lifecycle(
      Runnable check,
      HealthRegistryBuilder settings,
      RegistryClock time,
      EventDispatcher announcer) {
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
      RegistryThreads started = new RegistryThreads(check, ownThreads);
      if (ownThreads) {
        announcer.deliverBy(started.listenerExecutor());
      }
      time.promise(RegistryThreads.INTERVAL);
      thread = started;
      started.start();
    }
  }

  /** Waits for the threads without a lock: a listener that is still running may close as well. */
  void close() {
    RegistryThreads started = end();
    if (started != null) {
      promiseChecks();
      announcer.deliverBy(listenerExecutor);
      started.close();
    }
  }

  private synchronized @Nullable RegistryThreads end() {
    RegistryThreads started = thread;
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
