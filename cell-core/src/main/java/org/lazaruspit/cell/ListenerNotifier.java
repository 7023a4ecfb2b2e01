package org.lazaruspit.cell;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what changed, in order and under no lock: whoever finds nobody at it tells
 * everything that is queued, and others only queue.
 */
final class ListenerNotifier {
  private static final Logger log = LoggerFactory.getLogger(ListenerNotifier.class);

  private final List<MissionListener> listeners = new CopyOnWriteArrayList<>();
  private final Queue<RescanResult> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger untold = new AtomicInteger();

  void add(MissionListener listener) {
    listeners.add(listener);
  }

  void remove(MissionListener listener) {
    listeners.remove(listener);
  }

  /** To be called in the order of the changes. */
  void queue(RescanResult changes) {
    if (!changes.isEmpty()) {
      queue.add(changes);
    }
  }

  void tell() {
    if (untold.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      for (RescanResult next = queue.poll(); next != null; next = queue.poll()) {
        tell(next);
      }
      seen = untold.addAndGet(-seen);
    } while (seen != 0);
  }

  private void tell(RescanResult changes) {
    for (MissionListener listener : listeners) {
      try {
        listener.missionsChanged(changes);
      } catch (RuntimeException e) {
        log.warn("Listener {} failed on {}", listener.getClass().getName(), changes, e);
      }
    }
  }
}
