package org.lazaruspit.heartbeat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Starts and stops the threads of a registry. Thread-safe. */
final class Lifecycle {
  private final Runnable check;
  private final @Nullable Duration checkInterval;
  private final @Nullable Executor listenerExecutor;
  private final RegistryClock time;
  private final EventDispatcher dispatcher;

  @GuardedBy("this")
  private @Nullable RegistryThreads threads;

  @GuardedBy("this")
  private boolean closed;

  Lifecycle(
      Runnable check,
      HealthRegistryBuilder settings,
      RegistryClock time,
      EventDispatcher dispatcher) {
    this.check = check;
    this.checkInterval = settings.checkInterval;
    this.listenerExecutor = settings.listenerExecutor;
    this.time = time;
    this.dispatcher = dispatcher;
    promiseChecks();
  }

  synchronized void start() {
    if (closed) {
      throw new IllegalStateException("the registry is closed");
    }
    if (threads == null) {
      boolean ownThreads = listenerExecutor == null;
      RegistryThreads started = new RegistryThreads(check, ownThreads);
      if (ownThreads) {
        dispatcher.deliverBy(started.listenerExecutor());
      }
      time.promise(RegistryThreads.INTERVAL);
      threads = started;
      started.start();
    }
  }

  /** Stops the threads. Waits without the lock, since a running listener may call this as well. */
  void close() {
    RegistryThreads started = end();
    if (started != null) {
      promiseChecks();
      dispatcher.deliverBy(listenerExecutor);
      started.close();
    }
  }

  private synchronized @Nullable RegistryThreads end() {
    RegistryThreads started = threads;
    closed = true;
    threads = null;
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
