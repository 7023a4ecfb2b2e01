package org.lazaruspit.pit;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.EffectivePolicies;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.Launcher;

/**
 * The pit's configuration, as read from a file or made by a builder. Immutable and thread-safe.
 *
 * @param pollInterval time between two polls; 1 s to a day, default 30 s
 * @param timeout the pit's own time-out for agents that no gateway judges; 1 s to a year, default
 *     300 s: silent for one is degraded, for three dead
 * @param maxRetries attempts after the first, where a cell doesn't say; 0 to 100, default 3
 * @param autoRevive whether agents are revived without asking, where a cell doesn't say; default
 *     true
 * @param gateways the gateways that may be spoken to, by name; empty lets agents name any host
 * @param missionsPath the missions root; default {@code /var/missions}
 * @param logLevel how much a program around the pit should log, one of {@link #LOG_LEVELS}; default
 *     {@code INFO}
 * @param reviver the name of the reviver; default {@code process}
 * @param probe the name of the health probe that gateways are asked by; default {@code
 *     gateway-http}
 * @param ownership the name of the cell ownership; default {@code file-lock}
 * @param launchers commands by name
 * @param allowCellCommands whether the argument list {@code command} in an agent's own file is run,
 *     before any launcher; default false: such a command is logged once and never run
 * @param agentKey what a gateway calls an agent; default {@link AgentKey#AGENT}
 * @param pluginDirectory a folder with JAR files that hold plug-ins; default none
 * @param plugins settings by plug-in name
 * @param stateDirectory the pit's own files: the agents' locks, {@code token} (what a client of the
 *     daemon has to show) and, while a daemon runs, {@code pit.json}; default: where the
 *     configuration file is
 * @param control where a daemon around the pit can be asked
 * @param limits what keeps a storm of revivals in bounds
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
    String probe,
    String ownership,
    Map<String, Launcher> launchers,
    boolean allowCellCommands,
    AgentKey agentKey,
    Optional<Path> pluginDirectory,
    Map<String, Map<String, Object>> plugins,
    Path stateDirectory,
    Control control,
    Limits limits) {

  /** What {@code log_level} may be, from nothing to everything. */
  public static final List<String> LOG_LEVELS =
      List.of("OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE");

  static final int DAY = 86_400;
  static final int YEAR = 365 * DAY;
  private static final long MAX_BYTES = 1 << 20;

  /**
   * Copies the collections and checks every range.
   *
   * @throws IllegalArgumentException if a value is out of its range; the message names it
   */
  @SuppressWarnings("doclint:missing") // the record says it
  public PitConfig {
    within("pollInterval", pollInterval, DAY);
    within("timeout", timeout, YEAR);
    within("maxRetries", maxRetries, 0, 100);
    gateways = Map.copyOf(gateways);
    launchers = Map.copyOf(launchers);
    plugins = Map.copyOf(plugins);
    if (!LOG_LEVELS.contains(logLevel)) {
      throw new IllegalArgumentException("logLevel: " + logLevel + " is not one of " + LOG_LEVELS);
    }
    if (reviver.isBlank()) {
      throw new IllegalArgumentException("reviver: blank, expected the name of a plug-in");
    }
    if (probe.isBlank()) {
      throw new IllegalArgumentException("probe: blank, expected the name of a plug-in");
    }
    if (ownership.isBlank()) {
      throw new IllegalArgumentException("ownership: blank, expected the name of a plug-in");
    }
    Objects.requireNonNull(missionsPath, "missionsPath");
    Objects.requireNonNull(agentKey, "agentKey");
    Objects.requireNonNull(pluginDirectory, "pluginDirectory");
    Objects.requireNonNull(stateDirectory, "stateDirectory");
    Objects.requireNonNull(control, "control");
    Objects.requireNonNull(limits, "limits");
  }

  private static void within(String name, Duration value, int mostSeconds) {
    if (value.toSeconds() < 1 || value.compareTo(Duration.ofSeconds(mostSeconds)) > 0) {
      throw new IllegalArgumentException(
          "%s: %s is not between 1 s and %d s".formatted(name, value, mostSeconds));
    }
  }

  private static void within(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s: %d is not between %d and %d".formatted(name, value, least, most));
    }
  }

  /**
   * A configuration in code, with every setting at its default.
   *
   * @param stateDirectory where the pit keeps its own files, outside every cell
   * @return a new builder
   */
  public static PitConfigBuilder builder(Path stateDirectory) {
    return new PitConfigBuilder(Objects.requireNonNull(stateDirectory, "stateDirectory"));
  }

  /**
   * Starts with this configuration.
   *
   * @return a new builder that can change each setting once
   */
  public PitConfigBuilder toBuilder() {
    return new PitConfigBuilder(this);
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
   * @param perAgentWindow the time that {@code revivalsPerAgent} speaks of; 1 s to a year, default
   *     900 s
   */
  public record Limits(
      int concurrentRevivals,
      int revivalsPerMinute,
      int revivalsPerAgent,
      Duration perAgentWindow) {

    /** What holds where nothing is said. */
    public static final Limits DEFAULT = new Limits(4, 60, 5, Duration.ofMinutes(15));

    /**
     * Checks every range.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names it
     */
    @SuppressWarnings("doclint:missing") // the record says it
    public Limits {
      within("concurrentRevivals", concurrentRevivals, 1, 1000);
      within("revivalsPerMinute", revivalsPerMinute, 1, 100_000);
      within("revivalsPerAgent", revivalsPerAgent, 1, 1000);
      within("perAgentWindow", perAgentWindow, YEAR);
    }
  }

  /**
   * Where a daemon around the pit can be asked: read here, used by the daemon, since the library
   * opens no port. What is said there goes unencrypted, and so it may not leave the machine.
   *
   * @param host a loopback address, or {@code localhost}; default {@code 127.0.0.1}
   * @param port 1 to 65535, or 0, the default, for any that is free
   */
  public record Control(String host, int port) {

    private static final Pattern LOOPBACK =
        Pattern.compile("localhost|127(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}|::1|\\[::1]");

    /** What holds where nothing is said. */
    public static final Control DEFAULT = new Control("127.0.0.1", 0);

    /**
     * Checks both.
     *
     * @throws IllegalArgumentException if the host is not this machine, or the port is none
     */
    @SuppressWarnings("doclint:missing") // the record says it
    public Control {
      if (!isLoopback(host)) {
        throw new IllegalArgumentException("control: host " + host + " is not a loopback address");
      }
      within("control: port", port, 0, 65_535);
    }

    /** Only what needs no look-up: a name could lead anywhere tomorrow. */
    static boolean isLoopback(String host) {
      return LOOPBACK.matcher(host).matches();
    }
  }

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
   * Reads a configuration file. A missing file means defaults; anything else that cannot be read, a
   * link that leads nowhere included, is an error, never the defaults.
   *
   * @param file the file; its folder is the default state directory
   * @return the configuration
   * @throws IOException if it cannot be read, or, as {@link InvalidConfigException}, has problems
   */
  public static PitConfig load(Path file) throws IOException {
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
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
