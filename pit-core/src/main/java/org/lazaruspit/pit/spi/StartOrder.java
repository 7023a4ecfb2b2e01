package org.lazaruspit.pit.spi;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.cell.CellPaths;
import org.lazaruspit.cell.IsolationSpec;

/**
 * Everything a reviver needs to start one incarnation of one agent. Immutable and thread-safe.
 *
 * @param agent whom to start
 * @param incarnation the new incarnation's number, at least 1
 * @param cellDirectory the cell's directory
 * @param checkpoint the folder of the verified checkpoint to go on from; empty to start fresh
 * @param gateway the agent's gateway; empty for an agent that has none
 * @param heartbeatUrl where the agent POSTs its heartbeats, key and incarnation included; empty
 *     without a gateway
 * @param launcher the command from the configuration; empty where none fits the agent
 * @param missionsRoot the directory that holds all cells: an agent kept apart sees none but its own
 * @param isolation how the agent is to be kept apart, with the level that holds; a reviver that
 *     cannot give all of it must refuse or report, and never start an agent with less in silence
 * @param log the file that the agent's output is appended to
 * @param tokenFile the file that holds the agent's own token for its gateway; empty where that asks
 *     for none
 */
public record StartOrder(
    AgentRef agent,
    long incarnation,
    Path cellDirectory,
    Optional<Path> checkpoint,
    Optional<GatewayAddress> gateway,
    Optional<URI> heartbeatUrl,
    Optional<Launcher> launcher,
    Path missionsRoot,
    IsolationSpec isolation,
    Path log,
    Optional<Path> tokenFile) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public StartOrder {
    Objects.requireNonNull(agent, "agent");
    if (incarnation < 1) {
      throw new IllegalArgumentException("incarnation: " + incarnation + " is not at least 1");
    }
    Objects.requireNonNull(cellDirectory, "cellDirectory");
    Objects.requireNonNull(checkpoint, "checkpoint");
    Objects.requireNonNull(gateway, "gateway");
    Objects.requireNonNull(heartbeatUrl, "heartbeatUrl");
    Objects.requireNonNull(launcher, "launcher");
    Objects.requireNonNull(missionsRoot, "missionsRoot");
    Objects.requireNonNull(isolation, "isolation");
    Objects.requireNonNull(log, "log");
    Objects.requireNonNull(tokenFile, "tokenFile");
  }

  /**
   * An order for an agent that is not kept apart, and whose gateway asks for no token.
   *
   * @param agent whom to start
   * @param incarnation the new incarnation's number, at least 1
   * @param cellDirectory the cell's directory
   * @param checkpoint the folder of the verified checkpoint to go on from
   * @param gateway the agent's gateway
   * @param heartbeatUrl where the agent POSTs its heartbeats
   * @param launcher the command from the configuration
   * @param log the file that the agent's output is appended to
   */
  public StartOrder(
      AgentRef agent,
      long incarnation,
      Path cellDirectory,
      Optional<Path> checkpoint,
      Optional<GatewayAddress> gateway,
      Optional<URI> heartbeatUrl,
      Optional<Launcher> launcher,
      Path log) {
    this(
        agent,
        incarnation,
        cellDirectory,
        checkpoint,
        gateway,
        heartbeatUrl,
        launcher,
        Objects.requireNonNullElse(cellDirectory.getParent(), cellDirectory),
        IsolationSpec.ABSENT,
        log,
        Optional.empty());
  }

  /**
   * The file by which an agent without a network says that it lives: to touch it is a heartbeat, or
   * to write a heartbeat's JSON to it. Its folder is there, and the agent's to write at every
   * isolation level.
   *
   * @return {@code checkpoints/<agent_id>/heartbeat} in the cell
   */
  public Path heartbeatFile() {
    return CellPaths.of(cellDirectory).checkpoint(agent.agentId()).resolve("heartbeat");
  }

  /**
   * The launcher's command with its placeholders replaced by this order's values.
   *
   * @return the command, or empty where no launcher fits the agent
   */
  public Optional<Launcher.Command> command() {
    return launcher.map(this::expand);
  }

  /**
   * Any launcher's command with its placeholders replaced by this order's values.
   *
   * @param other the launcher to take the command from
   * @return the command
   */
  public Launcher.Command expand(Launcher other) {
    return other.expand(
        Map.of(
            "agent_id", agent.agentId(),
            "cell_id", agent.cellId().toString(),
            "cell", cellDirectory.toString(),
            "incarnation", Long.toString(incarnation),
            "checkpoint", text(checkpoint),
            "gateway", text(gateway.map(GatewayAddress::uri))));
  }

  /**
   * What an agent is told about itself, whoever starts it.
   *
   * @return values by variable, each beginning with {@code LAZARUS_}; empty texts for what there is
   *     not
   */
  public Map<String, String> environment() {
    return Map.of(
        "LAZARUS_AGENT_ID", agent.agentId(),
        "LAZARUS_CELL", cellDirectory.toString(),
        "LAZARUS_INCARNATION", Long.toString(incarnation),
        "LAZARUS_CHECKPOINT", text(checkpoint),
        "LAZARUS_GATEWAY", text(gateway.map(GatewayAddress::uri)),
        "LAZARUS_HEARTBEAT_URL", text(heartbeatUrl),
        "LAZARUS_HEARTBEAT_FILE", heartbeatFile().toString(),
        "LAZARUS_TOKEN_FILE", text(tokenFile));
  }

  private static String text(Optional<?> value) {
    return value.map(Object::toString).orElse("");
  }
}
