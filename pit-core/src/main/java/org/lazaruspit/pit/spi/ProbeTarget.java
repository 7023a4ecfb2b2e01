package org.lazaruspit.pit.spi;

import java.util.Objects;
import java.util.Optional;

/**
 * An agent to ask about. Immutable and thread-safe.
 *
 * @param agent who
 * @param key the name under which its gateway knows it
 * @param incarnation the incarnation that the pit's journal says is current; 0 before the first
 *     start
 * @param gateway its gateway; empty for an agent that has none
 */
public record ProbeTarget(
    AgentRef agent, String key, long incarnation, Optional<GatewayAddress> gateway) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public ProbeTarget {
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(gateway, "gateway");
  }
}
