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
 * Configuration of a pit, read from a file or made by a builder. Immutable and thread-safe.
 *
 * @param pollInterval the time between two polls; 1 s to 1 day, default 30 s
 * @param timeout the pit's own timeout for agents without a gateway; 1 s to 1 year, default 300 s:
 *     an agent that is silent for one timeout is degraded, for three dead
 * @param maxRetries the default for cells: attempts after the first; 0 to 100, default 3
 * @param autoRevive the default for cells: whether revivals need no approval; default true
 * @param gateways the gateways that the pit may connect to, by name; if empty, agents may name any
 *     host
 * @param missionsPath the missions root; default {@code /var/missions}
 * @param logLevel the log level of a program around the pit, one of {@link #LOG_LEVELS}; default
 *     {@code INFO}
 * @param reviver the name of the reviver; default {@code process}
 * @param probe the name of the health probe; default {@code gateway-http}
 * @param ownership the name of the cell ownership; default {@code file-lock}
 * @param launchers the launchers, by name; default none
 * @param allowCellCommands whether the pit runs the argument list {@code command} in an agent's own
 *     file, in preference to a launcher; default false: such a command is logged once and never run
 * @param agentKey the form of an agent's key at a gateway; default {@link AgentKey#AGENT}
 * @param pluginDirectory the directory of the plug-ins' JAR files; default none
 * @param plugins the settings of plug-ins, by plug-in name; default none
 * @param stateDirectory the directory of the pit's own files: the agents' locks, {@code token} (the
 *     token for clients of the daemon) and, while a daemon runs, {@code pit.json}; default: the
 *     directory of the configuration file
 * @param control the address of a daemon around the pit; default {@link Control#DEFAULT}
 * @param limits the limits of revivals; default {@link Limits#DEFAULT}
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

  /** Values of {@code log_level}, from silent to verbose. */
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
   * Creates a builder with every setting at its default.
   *
   * @param stateDirectory the directory of the pit's own files, outside every cell
   * @return a new builder
   */
  public static PitConfigBuilder builder(Path stateDirectory) {
    return new PitConfigBuilder(Objects.requireNonNull(stateDirectory, "stateDirectory"));
  }

  /**
   * Creates a builder with the settings of this configuration.
   *
   * @return a new builder; each setting can be changed once
   */
  public PitConfigBuilder toBuilder() {
    return new PitConfigBuilder(this);
  }

  /**
   * Returns the policies for a cell without its own: this configuration's {@code autoRevive} and
   * {@code maxRetries}, and the defaults of the format.
   *
   * @return the default policies
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
   * Returns the launcher for an agent.
   *
   * @param name the launcher's name in the agent's file; null selects {@code default}
   * @return the launcher of that name; empty if the configuration has none
   */
  public Optional<Launcher> launcherFor(@Nullable String name) {
    return Optional.ofNullable(launchers.get(name == null ? "default" : name));
  }

  /** Form of an agent's key at a gateway. */
  public enum AgentKey {
    /** The agent's id alone. */
    AGENT,
    /** {@code <cell_id>.<agent_id>}, for gateways that serve several cells. */
    CELL
  }

  /**
   * Limits of revivals. Immutable and thread-safe.
   *
   * @param concurrentRevivals the most revivals at once; 1 to 1000, default 4
   * @param revivalsPerMinute the most attempts that begin within a minute; 1 to 100,000, default 60
   * @param revivalsPerAgent the revivals of an agent within {@code perAgentWindow} that lead to its
   *     quarantine; 1 to 1000, default 5
   * @param perAgentWindow the time window of {@code revivalsPerAgent}; 1 s to 1 year, default 900 s
   */
  public record Limits(
      int concurrentRevivals,
      int revivalsPerMinute,
      int revivalsPerAgent,
      Duration perAgentWindow) {

    /** Default limits. */
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
   * Address of a daemon around the pit. Part of the configuration for the daemon's sake: the
   * library opens no port. Restricted to the loopback interface, because the daemon's protocol is
   * not encrypted. Immutable and thread-safe.
   *
   * @param host a loopback address, or {@code localhost}; default {@code 127.0.0.1}
   * @param port 1 to 65535, or 0 for any free port; default 0
   */
  public record Control(String host, int port) {

    private static final Pattern LOOPBACK =
        Pattern.compile("localhost|127(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}|::1|\\[::1]");

    /** Any free port at {@code 127.0.0.1}. */
    public static final Control DEFAULT = new Control("127.0.0.1", 0);

    /**
     * Checks host and port.
     *
     * @throws IllegalArgumentException if the host is not a loopback address, or the port is out of
     *     its range
     */
    @SuppressWarnings("doclint:missing") // the record says it
    public Control {
      if (!isLoopback(host)) {
        throw new IllegalArgumentException("control: host " + host + " is not a loopback address");
      }
      within("control: port", port, 0, 65_535);
    }

    /** Accepts addresses without a DNS look-up only: a name may resolve elsewhere tomorrow. */
    static boolean isLoopback(String host) {
      return LOOPBACK.matcher(host).matches();
    }
  }

  /** Thrown for an invalid configuration, with every problem in it. */
  public static final class InvalidConfigException extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient List<String> problems;

    InvalidConfigException(Path file, List<String> problems) {
      super(file + ": " + String.join("; ", problems));
      this.problems = List.copyOf(problems);
    }

    /**
     * Returns the problems, each with its place in the document.
     *
     * @return at least one problem
     */
    public List<String> problems() {
      return problems;
    }
  }

  /**
   * Reads a configuration file. A missing file means defaults; a file that cannot be read, such as
   * a dangling link, is an error.
   *
   * @param file the file; its directory is the default state directory
   * @return the configuration
   * @throws InvalidConfigException if the configuration has problems, or is larger than 1 MiB
   * @throws IOException if the file cannot be read
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
   * @param file the source of the text, named in errors; its directory is the default state
   *     directory
   * @param document the JSON document
   * @return the configuration
   * @throws InvalidConfigException if the configuration has problems
   */
  public static PitConfig parse(Path file, String document) throws InvalidConfigException {
    return PitConfigReader.read(file.toAbsolutePath().normalize(), document);
  }
}
