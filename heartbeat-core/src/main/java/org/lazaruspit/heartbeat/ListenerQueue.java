package org.lazaruspit.heartbeat;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events that one listener has not seen yet.
 *
 * <p>Up to its capacity every event waits for itself. What comes when that is full is merged by
 * agent, so that there is never more than one event an agent beyond the capacity, and nothing is
 * lost but the steps between. The order of one agent's events is kept: the merged ones are younger
 * than all others.
 */
final class ListenerQueue {
  private static final Logger LOG = LoggerFactory.getLogger(HealthRegistry.class);

  private final String name;
  private final HealthListener listener;
  private final int capacity;
  private final Queue<HealthEvent> single = new ArrayDeque<>();
  private final Map<String, HealthEvent> merged = new LinkedHashMap<>();
  private boolean delivering;
  private boolean closed;

  /** Whether the executor's last answer was no, so that it is told once. */
  private volatile boolean refused;

  private long mergedCount;

  ListenerQueue(String name, HealthListener listener, int capacity) {
    this.name = name;
    this.listener = listener;
    this.capacity = capacity;
  }

  synchronized void add(HealthEvent event) {
    if (closed) {
      return;
    }
    if (merged.isEmpty() && single.size() < capacity) {
      single.add(event);
      return;
    }
    HealthEvent earlier = merged.get(event.agentId());
    if (earlier == null) {
      merged.put(event.agentId(), event);
    } else {
      mergedCount++;
      merge(earlier, event);
    }
  }

  /** A change and its undoing are no change; the place in the order is the earlier event's. */
  private void merge(HealthEvent earlier, HealthEvent later) {
    if (earlier.from() == later.to()) {
      mergedCount++;
      merged.remove(later.agentId());
      return;
    }
    merged.put(
        later.agentId(),
        new HealthEvent(
            later.agentId(),
            earlier.from(),
            later.to(),
            later.cause(),
            later.at(),
            later.incarnation(),
            later.message()));
  }

  void dispatch(Executor executor) {
    if (!begin()) {
      return;
    }
    try {
      executor.execute(this::deliverAll);
      refused = false;
    } catch (RejectedExecutionException e) {
      if (!refused) {
        refused = true;
        LOG.warn("Events for listener {} wait, since its executor takes none", name, e);
      }
      end();
    }
  }

  void drain() {
    if (begin()) {
      deliverAll();
    }
  }

  private synchronized boolean begin() {
    if (delivering || (single.isEmpty() && merged.isEmpty())) {
      return false;
    }
    delivering = true;
    return true;
  }

  private synchronized void end() {
    delivering = false;
  }

  private void deliverAll() {
    HealthEvent event = next();
    while (event != null) {
      try {
        listener.changed(event);
      } catch (Exception e) { // also a checked one, which other languages throw as they like
        LOG.warn("Listener {} failed on {}", name, event, e);
      } catch (Error e) {
        end();
        throw e;
      }
      event = next();
    }
  }

  private synchronized @Nullable HealthEvent next() {
    HealthEvent event = closed ? null : single.poll();
    if (event == null && !closed && !merged.isEmpty()) {
      Iterator<HealthEvent> rest = merged.values().iterator();
      event = rest.next();
      rest.remove();
    }
    if (event == null) {
      delivering = false;
    }
    return event;
  }

  synchronized void close() {
    closed = true;
    single.clear();
    merged.clear();
  }

  synchronized long merged() {
    return mergedCount;
  }
}
