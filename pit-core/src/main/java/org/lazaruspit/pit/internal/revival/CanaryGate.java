package org.lazaruspit.pit.internal.revival;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * Groups of agents with a shared cause of trouble. Agents that were held, and are dead after the
 * hold, form a group: a canary is revived first, the others wait until it is healthy. Thread-safe.
 * Kept in memory only: after a restart of the pit {@link RevivalCapacity} still limits revivals.
 */
public final class CanaryGate {

  private final Object lock = new Object();

  /** Shared cause by agent, while held. */
  @GuardedBy("lock")
  private final Map<AgentRef, String> held = new HashMap<>();

  /** Shared cause by agent, until revived. */
  @GuardedBy("lock")
  private final Map<AgentRef, String> groups = new HashMap<>();

  /** Called when an agent is held for a cause that other agents share. */
  public void held(AgentRef agent, String cause) {
    synchronized (lock) {
      held.put(agent, cause);
    }
  }

  /** Called when an agent is dead; adds it to the group of its cause if it was held. */
  public void dead(AgentRef agent) {
    synchronized (lock) {
      String cause = held.remove(agent);
      if (cause != null) {
        groups.put(agent, cause);
      }
    }
  }

  /** Called when an operator lifts the restrictions of several agents. */
  void released(AgentRef agent, String cause) {
    synchronized (lock) {
      groups.put(agent, cause);
    }
  }

  /** Called when an agent is alive; dissolves its group. */
  void alive(AgentRef agent) {
    synchronized (lock) {
      held.remove(agent);
      String cause = groups.remove(agent);
      if (cause != null) {
        groups.values().removeIf(cause::equals);
      }
    }
  }

  /** Called when an agent is not to be revived any more. */
  void clear(AgentRef agent) {
    synchronized (lock) {
      held.remove(agent);
      groups.remove(agent);
    }
  }

  /** Returns why the agent has to wait for its canary; empty if it need not. */
  Optional<String> gate(AgentRef agent, Predicate<AgentRef> underWay) {
    synchronized (lock) {
      String cause = groups.get(agent);
      return groups.entrySet().stream()
          .filter(other -> other.getValue().equals(cause) && !other.getKey().equals(agent))
          .filter(other -> underWay.test(other.getKey()))
          .map(
              other ->
                  "waits until canary %s is healthy; shared cause: %s"
                      .formatted(other.getKey().agentId(), cause))
          .findFirst();
    }
  }
}
