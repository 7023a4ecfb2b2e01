package org.lazaruspit.pit.internal.cell;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.spi.AgentRef;

/** Check of the keys of agents at their gateways. Thread-safe. */
@FunctionalInterface
public interface KeyCheck {

  /**
   * Returns the blocker of an agent whose key at its gateway is another agent's; else empty.
   *
   * @param gateway the gateway in the agent's file; null without one
   */
  Optional<RevivalBlocker> blocker(AgentRef agent, @Nullable String gateway);
}
