package org.lazaruspit.pit.spi;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.cell.CellPaths;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.cell.IsolationSpec;

/**
 * Order to start one incarnation of an agent. Immutable and thread-safe.
 *
 * @param agent the agent
 * @param incarnation the new incarnation, 1 to {@link Incarnation#MAX}
 * @param cellDirectory the cell's directory
 * @param checkpoint the folder of the verified checkpoint to resume from; empty for a fresh start
 * @param gateway the agent's gateway; empty for an agent without one
 * @param heartbeatUrl the URL for the agent's heartbeats, with key and incarnation; empty without a
 *     gateway
 * @param launcher the launcher from the configuration; empty if no launcher fits the agent
 * @param missionsRoot the directory of all cells, hidden from isolated agents except their own cell
 * @param isolation the isolation of the agent, with its effective level; a reviver must refuse or
 *     report fields that it cannot enforce
 * @param log the file that the agent's output is appended to
 * @param tokenFile the file with the agent's own token for its gateway; empty for a gateway without
 *     authentication
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

  /** Checks that no component is null, and that the incarnation is in its range. */
  @SuppressWarnings("doclint:missing") // documented at the record
  public StartOrder {
    Objects.requireNonNull(agent, "agent");
    if (incarnation < 1) {
      throw new IllegalArgumentException("incarnation: " + incarnation + " is not at least 1");
    }
    Incarnation.require(incarnation);
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
   * Makes an order for an agent without isolation and without a token. The missions root is the
   * parent of the cell's directory.
   *
   * @param agent the agent
   * @param incarnation the new incarnation, 1 to {@link Incarnation#MAX}
   * @param cellDirectory the cell's directory
   * @param checkpoint the folder of the verified checkpoint to resume from
   * @param gateway the agent's gateway
   * @param heartbeatUrl the URL for the agent's heartbeats
   * @param launcher the launcher from the configuration
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
   * Returns the heartbeat file of an agent without a network: a heartbeat is a touch of the file,
   * or a write of a heartbeat's JSON to it. Its folder exists, and the agent may write it at every
   * isolation level.
   *
   * @return {@code checkpoints/<agent_id>/heartbeat} in the cell
   */
  public Path heartbeatFile() {
    return CellPaths.of(cellDirectory).checkpoint(agent.agentId()).resolve("heartbeat");
  }

  /**
   * Returns the command of this order's launcher, with the values of this order.
   *
   * @return the command, or empty if no launcher fits the agent
   */
  public Optional<Launcher.Command> command() {
    return launcher.map(this::expand);
  }

  /**
   * Returns the command of any launcher, with the values of this order.
   *
   * @param other the launcher
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
   * Returns the environment variables that every reviver passes to the agent.
   *
   * @return values by variable, each beginning with {@code LAZARUS_}; an empty text for an absent
   *     value
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
