package org.lazaruspit.pit.spi;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.cell.Incarnation;

/**
 * Agent to be probed. Immutable and thread-safe.
 *
 * @param agent the agent
 * @param key the agent's key at its gateway
 * @param incarnation the current incarnation in the pit's journal; 0 before the first start
 * @param gatewayName the name of the gateway in the agent's file; empty for an agent without one
 * @param gateway the address of the gateway; empty for an agent without a gateway, or with a
 *     registry of this JVM that has no address
 * @param heartbeatFile the agent's heartbeat file; empty if it has none
 */
public record ProbeTarget(
    AgentRef agent,
    String key,
    long incarnation,
    Optional<String> gatewayName,
    Optional<GatewayAddress> gateway,
    Optional<Path> heartbeatFile) {

  /** Checks that no component is null, and that the incarnation is in its range. */
  @SuppressWarnings("doclint:missing") // documented at the record
  public ProbeTarget {
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(key, "key");
    Incarnation.require(incarnation);
    Objects.requireNonNull(gatewayName, "gatewayName");
    Objects.requireNonNull(gateway, "gateway");
    Objects.requireNonNull(heartbeatFile, "heartbeatFile");
  }

  /**
   * Makes a target without a heartbeat file.
   *
   * @param agent the agent
   * @param key the agent's key at its gateway
   * @param incarnation the current incarnation; 0 before the first start
   * @param gateway the gateway; empty for an agent without one
   */
  public ProbeTarget(
      AgentRef agent, String key, long incarnation, Optional<GatewayAddress> gateway) {
    this(agent, key, incarnation, gateway.map(GatewayAddress::name), gateway, Optional.empty());
  }
}
