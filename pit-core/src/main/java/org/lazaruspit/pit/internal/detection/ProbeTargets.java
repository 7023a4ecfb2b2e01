package org.lazaruspit.pit.internal.detection;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.config.GatewayNames;
import org.lazaruspit.pit.internal.probe.HeartbeatFile;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.ProbeTarget;

/** Resolves agents to probe targets: key, incarnation, gateway and heartbeat file. */
public final class ProbeTargets {

  private final PitConfig config;
  private final EmbeddedRegistries registries;
  private final AgentTokens tokens;

  public ProbeTargets(PitConfig config, EmbeddedRegistries registries) {
    this.config = config;
    this.registries = registries;
    this.tokens = new AgentTokens(config.stateDirectory());
  }

  public ProbeTarget target(OwnedCell cell, String agentId) {
    Optional<String> name =
        Optional.ofNullable(cell.cell().agents().get(agentId)).map(AgentSpec::gateway);
    return new ProbeTarget(
        cell.ref(agentId),
        key(cell, agentId),
        cell.ledger().incarnation(agentId),
        name,
        name.flatMap(this::gateway),
        Optional.of(HeartbeatFile.path(cell.directory(), agentId)));
  }

  /** Writes the agent's token for its gateway; returns the file, empty if no token is needed. */
  public Optional<Path> tokenFile(ProbeTarget target) throws IOException {
    return tokens.issue(target);
  }

  private String key(OwnedCell cell, String agentId) {
    return config.agentKey() == PitConfig.AgentKey.CELL ? cell.id() + "." + agentId : agentId;
  }

  private Optional<GatewayAddress> gateway(String name) {
    if (registries.has(name)) {
      return Optional.ofNullable(config.gateways().get(name));
    }
    return Optional.of(
        GatewayNames.find(name, config.gateways())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "its gateway \"" + name + "\" is not listed in the configuration")));
  }
}
