package org.lazaruspit.pit.internal.revival;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * The one mechanism for trouble that many share: who is held for it, and who, once it has ended and
 * they are found dead, comes back in a convoy: one first, the others when that one is healthy.
 * Thread-safe. In memory alone: after a restart of the pit the limits on storms still hold.
 */
public final class CanaryGate {

  private final Map<AgentRef, String> held = new HashMap<>();
  private final Map<AgentRef, String> convoys = new HashMap<>();

  /** The agent is in trouble that it shares with others: this names what they share. */
  public synchronized void held(AgentRef agent, String shared) {
    held.put(agent, shared);
  }

  /** The agent is dead; if it was held until now, it comes back together with the others. */
  public synchronized void dead(AgentRef agent) {
    String shared = held.remove(agent);
    if (shared != null) {
      convoys.put(agent, shared);
    }
  }

  /** The agent was let go together with others by a person. */
  synchronized void released(AgentRef agent, String shared) {
    convoys.put(agent, shared);
  }

  /** The agent lives; for the others of its convoy that is the proof that they may come back. */
  synchronized void alive(AgentRef agent) {
    held.remove(agent);
    String shared = convoys.remove(agent);
    if (shared != null) {
      convoys.values().removeIf(shared::equals);
    }
  }

  /** The agent is no longer to come back. */
  synchronized void clear(AgentRef agent) {
    held.remove(agent);
    convoys.remove(agent);
  }

  /** What the agent waits for; empty where it may go. */
  synchronized Optional<String> gate(AgentRef agent, Predicate<AgentRef> underWay) {
    String shared = convoys.get(agent);
    return convoys.entrySet().stream()
        .filter(other -> other.getValue().equals(shared) && !other.getKey().equals(agent))
        .filter(other -> underWay.test(other.getKey()))
        .map(
            other ->
                "waits until %s, which goes first, is healthy: they shared %s"
                    .formatted(other.getKey().agentId(), shared))
        .findFirst();
  }
}
