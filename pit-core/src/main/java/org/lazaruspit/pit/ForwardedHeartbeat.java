package org.lazaruspit.pit;

import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * A heartbeat that an agent left in its file was passed on to whoever judges the agent. Immutable
 * and thread-safe.
 *
 * @param agent whose it was
 * @param refusal why it was not taken, in words; empty where it was
 */
public record ForwardedHeartbeat(AgentRef agent, Optional<String> refusal) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public ForwardedHeartbeat {
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(refusal, "refusal");
  }
}
