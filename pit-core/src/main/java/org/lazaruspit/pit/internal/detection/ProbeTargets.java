package org.lazaruspit.pit.internal.detection;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.config.GatewayNames;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.internal.probe.HeartbeatFile;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.ProbeTarget;

/** Resolves agents to probe targets: key, incarnation, gateway and heartbeat file. */
public final class ProbeTargets {

  private final PitConfig config;
  private final EmbeddedRegistries registries;
  private final GatewayKeys keys;
  private final AgentTokens tokens;

  public ProbeTargets(PitConfig config, EmbeddedRegistries registries, GatewayKeys keys) {
    this.config = config;
    this.registries = registries;
    this.keys = keys;
    this.tokens = new AgentTokens(config.stateDirectory());
  }

  public ProbeTarget target(OwnedCell cell, String agentId) {
    Optional<String> name =
        Optional.ofNullable(cell.cell().agents().get(agentId)).map(AgentSpec::gateway);
    return new ProbeTarget(
        cell.ref(agentId),
        keys.key(cell.ref(agentId)),
        cell.ledger().incarnation(agentId),
        name,
        name.flatMap(this::gateway),
        Optional.of(HeartbeatFile.path(cell.directory(), agentId)));
  }

  /** Gives the agent its key at its gateway; returns a blocker if another agent has it. */
  public Optional<RevivalBlocker> takeKey(OwnedCell cell, String agentId) {
    AgentSpec spec = cell.cell().agents().get(agentId);
    Optional<RevivalBlocker> taken =
        keys.take(cell.ref(agentId), spec == null ? null : spec.gateway());
    keys.save();
    return taken;
  }

  /**
   * Writes the agent's token for its gateway; returns the file, empty if no token is needed.
   *
   * @throws IOException if another agent has its key, or the token cannot be written
   */
  public Optional<Path> tokenFile(ProbeTarget target) throws IOException {
    keys.require(target);
    return tokens.issue(target);
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
