package org.lazaruspit.cell;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies listeners of changes, in order and under no lock: one thread at a time delivers all
 * queued changes, and other threads only queue.
 */
final class ListenerNotifier {
  private static final Logger log = LoggerFactory.getLogger(ListenerNotifier.class);

  private final List<MissionListener> listeners = new CopyOnWriteArrayList<>();
  private final Queue<RescanResult> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger();

  void add(MissionListener listener) {
    listeners.add(listener);
  }

  void remove(MissionListener listener) {
    listeners.remove(listener);
  }

  /** Queues changes; called in their order. */
  void queue(RescanResult changes) {
    if (!changes.isEmpty()) {
      queue.add(changes);
    }
  }

  void notifyListeners() {
    if (pending.getAndIncrement() != 0) {
      return;
    }
    int handled = 1;
    do {
      for (RescanResult next = queue.poll(); next != null; next = queue.poll()) {
        notifyListeners(next);
      }
      handled = pending.addAndGet(-handled);
    } while (handled != 0);
  }

  private void notifyListeners(RescanResult changes) {
    for (MissionListener listener : listeners) {
      try {
        listener.missionsChanged(changes);
      } catch (RuntimeException e) {
        log.warn(
            "listener {}: failed on {}; the other listeners are notified",
            listener.getClass().getName(),
            changes,
            e);
      }
    }
  }
}
