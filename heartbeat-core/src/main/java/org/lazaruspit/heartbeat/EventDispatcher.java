package org.lazaruspit.heartbeat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Takes events from under locks and has them delivered outside of any. */
final class EventDispatcher {
  private final Map<String, ListenerQueue> mailboxes = new ConcurrentHashMap<>();

  /** What was merged for listeners that are gone. */
  private final AtomicLong mergedBefore = new AtomicLong();

  private volatile @Nullable Executor executor;
  private volatile boolean noted;

  EventDispatcher(@Nullable Executor executor) {
    this.executor = executor;
  }

  void deliverBy(@Nullable Executor newExecutor) {
    executor = newExecutor;
  }

  boolean add(String name, HealthListener listener, int capacity) {
    return mailboxes.putIfAbsent(name, new ListenerQueue(name, listener, capacity)) == null;
  }

  boolean remove(String name) {
    ListenerQueue mailbox = mailboxes.remove(name);
    if (mailbox != null) {
      mailbox.close();
      mergedBefore.addAndGet(mailbox.merged());
    }
    return mailbox != null;
  }

  /** Notes an event; the caller may hold locks, and dispatches when it has let go of them. */
  void note(HealthEvent event) {
    mailboxes.values().forEach(mailbox -> mailbox.add(event));
    noted = true;
  }

  /** Has the executor deliver what was noted; without one it waits until {@link #deliver()}. */
  void dispatch() {
    Executor current = executor;
    if (noted && current != null) {
      noted = false;
      mailboxes.values().forEach(mailbox -> mailbox.dispatch(current));
    }
  }

  /** Delivers what is left: by the executor, that may have refused before, or on this thread. */
  void deliver() {
    Executor current = executor;
    if (current == null) {
      mailboxes.values().forEach(ListenerQueue::drain);
    } else {
      mailboxes.values().forEach(mailbox -> mailbox.dispatch(current));
    }
  }

  /** How many events were merged into later ones of the same agent. */
  long merged() {
    return mergedBefore.get() + mailboxes.values().stream().mapToLong(ListenerQueue::merged).sum();
  }
}
