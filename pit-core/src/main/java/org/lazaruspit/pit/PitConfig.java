package org.lazaruspit.pit;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.EffectivePolicies;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.Launcher;

/**
 * The pit's configuration, as read from a file or built in code. Immutable and thread-safe.
 *
 * @param pollInterval time between two polls; at least 1 s, default 30 s
 * @param timeout the pit's own time-out for agents that no gateway judges; at least 1 s, default
 *     300 s. Read and checked, but nothing is judged by it yet: such agents are registered with
 *     their gateway, whose rules then hold
 * @param maxRetries attempts after the first, where a cell doesn't say; 0 to 100, default 3
 * @param autoRevive whether agents are revived without asking, where a cell doesn't say; default
 *     true
 * @param gateways the gateways that may be spoken to, by name; empty lets agents name any host
 * @param missionsPath the missions root; default {@code /var/missions}
 * @param logLevel how much is logged; default {@code INFO}
 * @param reviver the name of the reviver; default {@code process}
 * @param launchers commands by name
 * @param agentKey what a gateway calls an agent; default {@link AgentKey#AGENT}
 * @param stateDirectory the pit's own files; default: where the configuration file is
 * @param limits what keeps a storm of revivals in bounds
 * @param plugins settings by plug-in name
 */
public record PitConfig(
    Duration pollInterval,
    Duration timeout,
    int maxRetries,
    boolean autoRevive,
    Map<String, GatewayAddress> gateways,
    Path missionsPath,
    String logLevel,
    String reviver,
    Map<String, Launcher> launchers,
    AgentKey agentKey,
    Path stateDirectory,
    Limits limits,
    Map<String, Map<String, Object>> plugins) {

  private static final long MAX_BYTES = 1 << 20;

  /** Copies the collections. */
  @SuppressWarnings("doclint:missing") // the record says it
  public PitConfig {
    gateways = Map.copyOf(gateways);
    launchers = Map.copyOf(launchers);
    plugins = Map.copyOf(plugins);
    Objects.requireNonNull(missionsPath, "missionsPath");
    Objects.requireNonNull(stateDirectory, "stateDirectory");
  }

  /**
   * What holds for a cell that doesn't say otherwise: the defaults of the format, with this
   * configuration's own.
   *
   * @return the policies to fall back to
   */
  public EffectivePolicies defaultPolicies() {
    EffectivePolicies defaults = EffectivePolicies.DEFAULTS;
    return new EffectivePolicies(
        autoRevive ? AutoRevive.YES : AutoRevive.ASK,
        defaults.reviveTimeout(),
        defaults.substituteAgents(),
        defaults.handoffAllowed(),
        defaults.handoffApproval(),
        defaults.checkpointRequired(),
        maxRetries);
  }

  /**
   * The launcher for an agent.
   *
   * @param name what the agent's file says; null where it says nothing
   * @return that launcher, or the one called {@code default}; empty where there is none
   */
  public Optional<Launcher> launcherFor(@Nullable String name) {
    return Optional.ofNullable(launchers.get(name == null ? "default" : name));
  }

  /** What a gateway calls an agent. */
  public enum AgentKey {
    /** The agent's id alone. */
    AGENT,
    /** {@code <cell_id>.<agent_id>}, for gateways that serve several cells. */
    CELL
  }

  /**
   * What keeps a storm of revivals in bounds.
   *
   * @param concurrentRevivals revivals that may run at once; 1 to 1000, default 4
   * @param revivalsPerMinute attempts that may begin within a minute; 1 to 100,000, default 60
   * @param revivalsPerAgent revivals of one agent within {@code perAgentWindow} after which it is
   *     quarantined; 1 to 1000, default 5
   * @param perAgentWindow the time that {@code revivalsPerAgent} speaks of; default 900 s
   */
  public record Limits(
      int concurrentRevivals,
      int revivalsPerMinute,
      int revivalsPerAgent,
      Duration perAgentWindow) {}

  /** A configuration that cannot be used, with every problem found in it. */
  public static final class InvalidConfigException extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient List<String> problems;

    InvalidConfigException(Path file, List<String> problems) {
      super(file + ": " + String.join("; ", problems));
      this.problems = List.copyOf(problems);
    }

    /**
     * Every problem by itself, each with its place.
     *
     * @return at least one sentence
     */
    public List<String> problems() {
      return problems;
    }
  }

  /**
   * Reads a configuration file. A missing file means defaults; anything else that cannot be read is
   * an error, never the defaults.
   *
   * @param file the file; its folder is the default state directory
   * @return the configuration
   * @throws IOException if it cannot be read, or, as {@link InvalidConfigException}, has problems
   */
  public static PitConfig load(Path file) throws IOException {
    if (Files.notExists(file)) {
      return parse(file, "{}");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new InvalidConfigException(
          file, List.of(Files.size(file) + " bytes, expected at most " + MAX_BYTES));
    }
    try {
      return parse(file, Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new InvalidConfigException(file, List.of("not valid UTF-8"));
    }
  }

  /**
   * Reads a configuration from its text.
   *
   * @param file where the text comes from; named in errors
   * @param document the JSON document
   * @return the configuration
   * @throws InvalidConfigException if it has problems
   */
  public static PitConfig parse(Path file, String document) throws InvalidConfigException {
    return PitConfigReader.read(file.toAbsolutePath().normalize(), document);
  }
}
