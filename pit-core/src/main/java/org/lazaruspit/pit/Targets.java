package org.lazaruspit.pit;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.ProbeTarget;

/** How an agent of a cell is called at its gateway, and where that gateway is. */
final class Targets {

  private final PitConfig config;

  Targets(PitConfig config) {
    this.config = config;
  }

  ProbeTarget target(CellWork work, String agentId) {
    return new ProbeTarget(
        work.ref(agentId),
        key(work, agentId),
        work.ledger().incarnation(agentId),
        gateway(work.cell().agents().get(agentId)));
  }

  private String key(CellWork work, String agentId) {
    return config.agentKey() == PitConfig.AgentKey.CELL ? work.id() + "." + agentId : agentId;
  }

  private Optional<GatewayAddress> gateway(@Nullable AgentSpec spec) {
    if (spec == null || spec.gateway() == null) {
      return Optional.empty();
    }
    String name = spec.gateway();
    return Optional.of(
        Gateways.find(name, config.gateways())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "its gateway \"" + name + "\" is not listed in the configuration")));
  }
}
