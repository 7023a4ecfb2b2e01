package org.lazaruspit.heartbeat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Queues events under the callers' locks and delivers them without locks. Thread-safe. */
final class EventDispatcher {
  private final Map<String, ListenerQueue> queues = new ConcurrentHashMap<>();

  /** Merged events of removed listeners. */
  private final AtomicLong mergedBefore = new AtomicLong();

  private volatile @Nullable Executor executor;
  private volatile boolean pending;

  EventDispatcher(@Nullable Executor executor) {
    this.executor = executor;
  }

  void deliverBy(@Nullable Executor newExecutor) {
    executor = newExecutor;
  }

  boolean add(String name, HealthListener listener, int capacity) {
    return queues.putIfAbsent(name, new ListenerQueue(name, listener, capacity)) == null;
  }

  boolean remove(String name) {
    ListenerQueue queue = queues.remove(name);
    if (queue != null) {
      queue.close();
      mergedBefore.addAndGet(queue.merged());
    }
    return queue != null;
  }

  /**
   * Queues an event. The caller may hold locks and calls {@link #dispatch()} after it released
   * them.
   */
  void enqueue(HealthEvent event) {
    queues.values().forEach(queue -> queue.add(event));
    pending = true;
  }

  /** Delivers queued events by the executor; without executor they wait for {@link #deliver()}. */
  void dispatch() {
    Executor current = executor;
    if (pending && current != null) {
      pending = false;
      queues.values().forEach(queue -> queue.dispatch(current));
    }
  }

  /**
   * Delivers all waiting events: by the executor, which may have rejected them before, or on this
   * thread.
   */
  void deliver() {
    Executor current = executor;
    if (current == null) {
      queues.values().forEach(ListenerQueue::drain);
    } else {
      queues.values().forEach(queue -> queue.dispatch(current));
    }
  }

  /** Returns the number of events merged into later events of the same agent. */
  long merged() {
    return mergedBefore.get() + queues.values().stream().mapToLong(ListenerQueue::merged).sum();
  }
}
