package org.lazaruspit.pit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.lazaruspit.pit.PitConfig.AgentKey;
import org.lazaruspit.pit.PitConfig.Control;
import org.lazaruspit.pit.PitConfig.Limits;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.Launcher;

/**
 * Collects a configuration in code; each setting can be given once. Ranges are those of {@link
 * PitConfig} and are checked by {@link #build}. Not thread-safe.
 *
 * <pre>{@code
 * PitConfig config =
 *     PitConfig.builder(Path.of("/var/lib/pit")).pollInterval(Duration.ofSeconds(5)).build();
 * }</pre>
 */
public final class PitConfigBuilder {

  private final SetOnce given = new SetOnce();
  private Duration pollInterval = Duration.ofSeconds(30);
  private Duration timeout = Duration.ofMinutes(5);
  private int maxRetries = 3;
  private boolean autoRevive = true;
  private final Map<String, GatewayAddress> gateways = new LinkedHashMap<>();
  private Path missionsPath = Path.of("/var/missions");
  private String logLevel = "INFO";
  private String reviver = "process";
  private String probe = "gateway-http";
  private String ownership = "file-lock";
  private final Map<String, Launcher> launchers = new LinkedHashMap<>();
  private boolean allowCellCommands;
  private AgentKey agentKey = AgentKey.AGENT;
  private Optional<Path> pluginDirectory = Optional.empty();
  private final Map<String, Map<String, Object>> plugins = new LinkedHashMap<>();
  private Path stateDirectory;
  private Control control = Control.DEFAULT;
  private Limits limits = Limits.DEFAULT;

  PitConfigBuilder(Path stateDirectory) {
    this.stateDirectory = stateDirectory;
  }

  PitConfigBuilder(PitConfig from) {
    pollInterval = from.pollInterval();
    timeout = from.timeout();
    maxRetries = from.maxRetries();
    autoRevive = from.autoRevive();
    gateways.putAll(from.gateways());
    missionsPath = from.missionsPath();
    logLevel = from.logLevel();
    reviver = from.reviver();
    probe = from.probe();
    ownership = from.ownership();
    launchers.putAll(from.launchers());
    allowCellCommands = from.allowCellCommands();
    agentKey = from.agentKey();
    pluginDirectory = from.pluginDirectory();
    plugins.putAll(from.plugins());
    stateDirectory = from.stateDirectory();
    control = from.control();
    limits = from.limits();
  }

  /**
   * The time between two polls.
   *
   * @param value 1 s to a day, default 30 s
   * @return this
   */
  public PitConfigBuilder pollInterval(Duration value) {
    pollInterval = given.once("pollInterval", value);
    return this;
  }

  /**
   * The pit's own time-out for agents that no gateway judges.
   *
   * @param value 1 s to a year, default 300 s
   * @return this
   */
  public PitConfigBuilder timeout(Duration value) {
    timeout = given.once("timeout", value);
    return this;
  }

  /**
   * Attempts after the first, where a cell doesn't say.
   *
   * @param value 0 to 100, default 3
   * @return this
   */
  public PitConfigBuilder maxRetries(int value) {
    maxRetries = given.once("maxRetries", value);
    return this;
  }

  /**
   * Whether agents are revived without asking, where a cell doesn't say.
   *
   * @param value default true
   * @return this
   */
  public PitConfigBuilder autoRevive(boolean value) {
    autoRevive = given.once("autoRevive", value);
    return this;
  }

  /**
   * Adds a gateway that may be spoken to. Default: none is listed, and agents may name any host.
   *
   * @param value a gateway whose name has not been given before
   * @return this
   */
  public PitConfigBuilder gateway(GatewayAddress value) {
    gateways.put(value.name(), given.once("gateway " + value.name(), value));
    return this;
  }

  /**
   * The missions root.
   *
   * @param value default {@code /var/missions}
   * @return this
   */
  public PitConfigBuilder missionsPath(Path value) {
    missionsPath = given.once("missionsPath", value);
    return this;
  }

  /**
   * How much a program around the pit should log; the library itself leaves logging alone.
   *
   * @param value one of {@link PitConfig#LOG_LEVELS}, default {@code INFO}
   * @return this
   */
  public PitConfigBuilder logLevel(String value) {
    logLevel = given.once("logLevel", value);
    return this;
  }

  /**
   * The reviver.
   *
   * @param name the name of a plug-in, default {@code process}
   * @return this
   */
  public PitConfigBuilder reviver(String name) {
    reviver = given.once("reviver", name);
    return this;
  }

  /**
   * Who asks gateways about the health of their agents.
   *
   * @param name the name of a plug-in, default {@code gateway-http}
   * @return this
   */
  public PitConfigBuilder probe(String name) {
    probe = given.once("probe", name);
    return this;
  }

  /**
   * Who decides which pit works a cell.
   *
   * @param name the name of a plug-in, default {@code file-lock}
   * @return this
   */
  public PitConfigBuilder ownership(String name) {
    ownership = given.once("ownership", name);
    return this;
  }

  /**
   * Adds a command that starts agents. Default: none.
   *
   * @param value a launcher whose name has not been given before
   * @return this
   */
  public PitConfigBuilder launcher(Launcher value) {
    launchers.put(value.name(), given.once("launcher " + value.name(), value));
    return this;
  }

  /**
   * Whether a command that is written in a cell is run. Whoever may write such a cell then runs
   * programs as the pit's user.
   *
   * @param value default false
   * @return this
   */
  public PitConfigBuilder allowCellCommands(boolean value) {
    allowCellCommands = given.once("allowCellCommands", value);
    return this;
  }

  /**
   * What a gateway calls an agent.
   *
   * @param value default {@link AgentKey#AGENT}
   * @return this
   */
  public PitConfigBuilder agentKey(AgentKey value) {
    agentKey = given.once("agentKey", value);
    return this;
  }

  /**
   * The folder with JAR files that hold plug-ins. Default: none.
   *
   * @param folder a directory
   * @return this
   */
  public PitConfigBuilder pluginDirectory(Path folder) {
    pluginDirectory = Optional.of(given.once("pluginDirectory", folder));
    return this;
  }

  /**
   * Adds what a plug-in is to be set up with. Default: no settings.
   *
   * @param name the plug-in's name, not given before
   * @param settings JSON values: texts, numbers, booleans, lists, maps
   * @return this
   */
  public PitConfigBuilder plugin(String name, Map<String, Object> settings) {
    plugins.put(name, given.once("plugin " + name, settings));
    return this;
  }

  /**
   * The pit's own files. The default was given to {@link PitConfig#builder}.
   *
   * @param folder a directory outside every cell
   * @return this
   */
  public PitConfigBuilder stateDirectory(Path folder) {
    stateDirectory = given.once("stateDirectory", folder);
    return this;
  }

  /**
   * Where a daemon around the pit can be asked. The library itself opens no port.
   *
   * @param value default any free port of the loopback address
   * @return this
   */
  public PitConfigBuilder control(Control value) {
    control = given.once("control", value);
    return this;
  }

  /**
   * What keeps a storm of revivals in bounds.
   *
   * @param value default {@link Limits#DEFAULT}
   * @return this
   */
  public PitConfigBuilder limits(Limits value) {
    limits = given.once("limits", value);
    return this;
  }

  /**
   * The configuration.
   *
   * @return what was given, and defaults for the rest
   * @throws IllegalArgumentException if a value is out of its range; the message names it
   */
  public PitConfig build() {
    return new PitConfig(
        pollInterval,
        timeout,
        maxRetries,
        autoRevive,
        gateways,
        missionsPath,
        logLevel,
        reviver,
        probe,
        ownership,
        launchers,
        allowCellCommands,
        agentKey,
        pluginDirectory,
        plugins,
        stateDirectory,
        control,
        limits);
  }
}
