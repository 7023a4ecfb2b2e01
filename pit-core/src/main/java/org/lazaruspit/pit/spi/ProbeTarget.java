package org.lazaruspit.pit.spi;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * An agent to ask about. Immutable and thread-safe.
 *
 * @param agent who
 * @param key the name under which its gateway knows it
 * @param incarnation the incarnation that the pit's journal says is current; 0 before the first
 *     start
 * @param gatewayName what its file calls its gateway; empty for an agent that has none
 * @param gateway where that gateway is; empty for an agent that has none, or whose gateway is a
 *     registry in this JVM that nobody gave an address
 * @param heartbeatFile the file by which the agent may say that it lives; empty where it has none
 */
public record ProbeTarget(
    AgentRef agent,
    String key,
    long incarnation,
    Optional<String> gatewayName,
    Optional<GatewayAddress> gateway,
    Optional<Path> heartbeatFile) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public ProbeTarget {
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(gatewayName, "gatewayName");
    Objects.requireNonNull(gateway, "gateway");
    Objects.requireNonNull(heartbeatFile, "heartbeatFile");
  }

  /**
   * An agent without a heartbeat file.
   *
   * @param agent who
   * @param key the name under which its gateway knows it
   * @param incarnation its incarnation; 0 before the first start
   * @param gateway its gateway; empty for an agent that has none
   */
  public ProbeTarget(
      AgentRef agent, String key, long incarnation, Optional<GatewayAddress> gateway) {
    this(agent, key, incarnation, gateway.map(GatewayAddress::name), gateway, Optional.empty());
  }
}
