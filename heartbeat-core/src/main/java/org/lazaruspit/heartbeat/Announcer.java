package org.lazaruspit.heartbeat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Takes events from under locks and has them delivered outside of any. */
final class Announcer {
  private final Map<String, Mailbox> mailboxes = new ConcurrentHashMap<>();
  private volatile @Nullable Executor executor;

  Announcer(@Nullable Executor executor) {
    this.executor = executor;
  }

  void deliverBy(@Nullable Executor newExecutor) {
    executor = newExecutor;
  }

  boolean add(String name, HealthListener listener, int capacity) {
    return mailboxes.putIfAbsent(name, new Mailbox(name, listener, capacity)) == null;
  }

  boolean remove(String name) {
    Mailbox mailbox = mailboxes.remove(name);
    if (mailbox != null) {
      mailbox.close();
    }
    return mailbox != null;
  }

  /**
   * Notes an event; the caller may hold locks, and calls {@link #dispatch()} after it has let go of
   * them.
   */
  void note(HealthEvent event) {
    mailboxes.values().forEach(mailbox -> mailbox.add(event));
  }

  /** Has the executor deliver what was noted; without one it stays until {@link #deliver()}. */
  void dispatch() {
    Executor current = executor;
    if (current != null) {
      mailboxes.values().forEach(mailbox -> mailbox.dispatch(current));
    }
  }

  /** Delivers on the calling thread what nobody else delivers. */
  void deliver() {
    if (executor == null) {
      mailboxes.values().forEach(Mailbox::drain);
    }
  }

  /** How many events were merged into later ones of the same agent. */
  long merged() {
    return mailboxes.values().stream().mapToLong(Mailbox::merged).sum();
  }
}
