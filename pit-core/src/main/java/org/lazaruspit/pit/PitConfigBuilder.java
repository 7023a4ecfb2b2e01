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
 * Builds a {@link PitConfig}. A second call for one setting throws {@link
 * IllegalArgumentException}; {@link #build} checks the ranges. Not thread-safe.
 *
 * <pre>{@code
 * PitConfig config =
 *     PitConfig.builder(Path.of("/var/lib/pit")).pollInterval(Duration.ofSeconds(5)).build();
 * }</pre>
 */
public final class PitConfigBuilder {

  private final SetOnce settings = new SetOnce();
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
   * Sets the time between two polls.
   *
   * @param value 1 s to 1 day, default 30 s
   * @return this
   */
  public PitConfigBuilder pollInterval(Duration value) {
    pollInterval = settings.once("pollInterval", value);
    return this;
  }

  /**
   * Sets the pit's own timeout for agents without a gateway.
   *
   * @param value 1 s to 1 year, default 300 s
   * @return this
   */
  public PitConfigBuilder timeout(Duration value) {
    timeout = settings.once("timeout", value);
    return this;
  }

  /**
   * Sets the number of attempts after the first, for cells without their own.
   *
   * @param value 0 to 100, default 3
   * @return this
   */
  public PitConfigBuilder maxRetries(int value) {
    maxRetries = settings.once("maxRetries", value);
    return this;
  }

  /**
   * Sets whether revivals need no approval, for cells without their own policy.
   *
   * @param value false for revivals by approval only; default true
   * @return this
   */
  public PitConfigBuilder autoRevive(boolean value) {
    autoRevive = settings.once("autoRevive", value);
    return this;
  }

  /**
   * Adds a gateway that the pit may connect to. Default: no gateway, and agents may name any host.
   *
   * @param value a gateway with a name of its own
   * @return this
   */
  public PitConfigBuilder gateway(GatewayAddress value) {
    gateways.put(value.name(), settings.once("gateway " + value.name(), value));
    return this;
  }

  /**
   * Sets the missions root.
   *
   * @param value default {@code /var/missions}
   * @return this
   */
  public PitConfigBuilder missionsPath(Path value) {
    missionsPath = settings.once("missionsPath", value);
    return this;
  }

  /**
   * Sets the log level of a program around the pit; the library itself does not use it.
   *
   * @param value one of {@link PitConfig#LOG_LEVELS}, default {@code INFO}
   * @return this
   */
  public PitConfigBuilder logLevel(String value) {
    logLevel = settings.once("logLevel", value);
    return this;
  }

  /**
   * Selects the reviver.
   *
   * @param name the name of a plug-in, default {@code process}
   * @return this
   */
  public PitConfigBuilder reviver(String name) {
    reviver = settings.once("reviver", name);
    return this;
  }

  /**
   * Selects the health probe.
   *
   * @param name the name of a plug-in, default {@code gateway-http}
   * @return this
   */
  public PitConfigBuilder probe(String name) {
    probe = settings.once("probe", name);
    return this;
  }

  /**
   * Selects the cell ownership, which decides the claims of pits on cells.
   *
   * @param name the name of a plug-in, default {@code file-lock}
   * @return this
   */
  public PitConfigBuilder ownership(String name) {
    ownership = settings.once("ownership", name);
    return this;
  }

  /**
   * Adds a launcher. Default: no launcher.
   *
   * @param value a launcher with a name of its own
   * @return this
   */
  public PitConfigBuilder launcher(Launcher value) {
    launchers.put(value.name(), settings.once("launcher " + value.name(), value));
    return this;
  }

  /**
   * Sets whether the pit runs commands from cells. If true, every user with write access to a cell
   * can run programs as the pit's user.
   *
   * @param value default false
   * @return this
   */
  public PitConfigBuilder allowCellCommands(boolean value) {
    allowCellCommands = settings.once("allowCellCommands", value);
    return this;
  }

  /**
   * Sets the form of an agent's key at a gateway.
   *
   * @param value default {@link AgentKey#AGENT}
   * @return this
   */
  public PitConfigBuilder agentKey(AgentKey value) {
    agentKey = settings.once("agentKey", value);
    return this;
  }

  /**
   * Sets the directory of the plug-ins' JAR files. Default: no directory.
   *
   * @param folder a directory
   * @return this
   */
  public PitConfigBuilder pluginDirectory(Path folder) {
    pluginDirectory = Optional.of(settings.once("pluginDirectory", folder));
    return this;
  }

  /**
   * Adds the settings of a plug-in. Default: no settings.
   *
   * @param name the plug-in's name; each plug-in once
   * @param settings JSON values: strings, numbers, booleans, lists, maps
   * @return this
   */
  public PitConfigBuilder plugin(String name, Map<String, Object> settings) {
    plugins.put(name, this.settings.once("plugin " + name, settings));
    return this;
  }

  /**
   * Sets the directory of the pit's own files. Default: the argument of {@link PitConfig#builder}.
   *
   * @param folder a directory outside every cell
   * @return this
   */
  public PitConfigBuilder stateDirectory(Path folder) {
    stateDirectory = settings.once("stateDirectory", folder);
    return this;
  }

  /**
   * Sets the address of a daemon around the pit; the library itself opens no port.
   *
   * @param value default {@link Control#DEFAULT}
   * @return this
   */
  public PitConfigBuilder control(Control value) {
    control = settings.once("control", value);
    return this;
  }

  /**
   * Sets the limits of revivals.
   *
   * @param value default {@link Limits#DEFAULT}
   * @return this
   */
  public PitConfigBuilder limits(Limits value) {
    limits = settings.once("limits", value);
    return this;
  }

  /**
   * Builds the configuration.
   *
   * @return the settings of this builder, with defaults for the rest
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
