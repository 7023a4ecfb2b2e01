package org.lazaruspit.pit;

import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * Heartbeat that the pit read from an agent's file and forwarded to the agent's registry. Immutable
 * and thread-safe.
 *
 * @param agent the agent
 * @param refusal the registry's reason for a refusal, as text; empty if it accepted the heartbeat
 */
public record ForwardedHeartbeat(AgentRef agent, Optional<String> refusal) {

  /** Rejects null components. */
  @SuppressWarnings("doclint:missing") // the record says it
  public ForwardedHeartbeat {
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(refusal, "refusal");
  }
}
