package org.lazaruspit.heartbeat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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
 * Queue of events for one listener. Thread-safe.
 *
 * <p>Up to the capacity events are kept separately. Further events are merged by agent, so at most
 * one event per agent exceeds the capacity, and only intermediate steps are lost. The order of one
 * agent's events is kept: merged events are newer than all separate ones.
 */
final class ListenerQueue {
  private static final Logger LOG = LoggerFactory.getLogger(HealthRegistry.class);

  private final String name;
  private final HealthListener listener;
  private final int capacity;

  @GuardedBy("this")
  private final Queue<HealthEvent> separate = new ArrayDeque<>();

  @GuardedBy("this")
  private final Map<String, HealthEvent> merged = new LinkedHashMap<>();

  @GuardedBy("this")
  private boolean delivering;

  @GuardedBy("this")
  private boolean closed;

  /** Whether the executor rejected the last delivery; the first rejection in a row is logged. */
  private volatile boolean rejected;

  @GuardedBy("this")
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
    if (merged.isEmpty() && separate.size() < capacity) {
      separate.add(event);
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

  /** Merges two events of one agent at the earlier place; a change and its reversal cancel out. */
  @GuardedBy("this")
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
      rejected = false;
    } catch (RejectedExecutionException e) {
      if (!rejected) {
        rejected = true;
        LOG.warn(
            "listener {}: executor rejects the delivery of events; retrying at the next check",
            name,
            e);
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
    if (delivering || (separate.isEmpty() && merged.isEmpty())) {
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
      } catch (Exception e) { // also checked exceptions, which other languages throw undeclared
        LOG.warn("listener {}: failed on {}; continuing with the next event", name, event, e);
      } catch (Error e) {
        end();
        throw e;
      }
      event = next();
    }
  }

  private synchronized @Nullable HealthEvent next() {
    HealthEvent event = closed ? null : separate.poll();
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
    separate.clear();
    merged.clear();
  }

  synchronized long merged() {
    return mergedCount;
  }
}
