package org.lazaruspit.pit;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.PitConfig.AgentKey;
import org.lazaruspit.pit.PitConfig.Control;
import org.lazaruspit.pit.PitConfig.InvalidConfigException;
import org.lazaruspit.pit.PitConfig.Limits;
import org.lazaruspit.pit.internal.config.ConfigFields;
import org.lazaruspit.pit.internal.config.ConfigNode;
import org.lazaruspit.pit.internal.config.GatewayNames;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.Launcher;

/** Reads {@link PitConfig} from JSON: fields, defaults and ranges. */
final class PitConfigReader {

  private PitConfigReader() {}

  static PitConfig read(Path file, String document) throws InvalidConfigException {
    List<String> problems = new ArrayList<>();
    ConfigNode root = ConfigNode.parse(document, problems);
    if (problems.isEmpty()) {
      ConfigFields in = ConfigFields.of(root, "the configuration", problems);
      PitConfig config = read(file, in);
      in.done();
      if (problems.isEmpty()) {
        return config;
      }
    }
    throw new InvalidConfigException(file, problems);
  }

  private static PitConfig read(Path file, ConfigFields in) {
    return new PitConfig(
        seconds(in, "poll_interval", PitConfig.DAY, 30),
        seconds(in, "timeout", PitConfig.YEAR, 300),
        in.number("max_retries", 0, 100).orElse(3),
        in.flag("auto_revive").orElse(true),
        gateways(in),
        path(in, "missions_path").orElse(Path.of("/var/missions")),
        in.oneOf("log_level", PitConfig.LOG_LEVELS).orElse("INFO"),
        in.text("reviver").orElse("process"),
        in.text("probe").orElse("gateway-http"),
        in.text("ownership").orElse("file-lock"),
        launchers(in),
        in.flag("allow_cell_commands").orElse(false),
        agentKey(in),
        path(in, "plugin_directory"),
        plugins(in),
        path(in, "state_directory").orElseGet(() -> directoryOf(file)),
        control(in),
        limits(in));
  }

  private static Duration seconds(ConfigFields in, String name, int most, int fallback) {
    return Duration.ofSeconds(in.number(name, 1, most).orElse(fallback));
  }

  private static Path directoryOf(Path file) {
    return Objects.requireNonNull(file.getParent(), "an absolute file lies in a directory");
  }

  /** Reads a path; {@code ~} is the home directory, {@code ~user} is invalid. */
  private static Optional<Path> path(ConfigFields in, String name) {
    return in.text(name, "a path", PitConfigReader::isPath).map(PitConfigReader::path);
  }

  private static boolean isPath(String text) {
    return !text.isBlank()
        && text.indexOf('\0') < 0
        && (!text.startsWith("~") || text.equals("~") || text.startsWith("~/"));
  }

  private static Path path(String text) {
    String home = System.getProperty("user.home");
    return Path.of(text.startsWith("~") ? home + text.substring(1) : text)
        .toAbsolutePath()
        .normalize();
  }

  private static AgentKey agentKey(ConfigFields in) {
    return in.oneOf("agent_key", List.of("agent", "cell"))
        .map(text -> text.equals("cell") ? AgentKey.CELL : AgentKey.AGENT)
        .orElse(AgentKey.AGENT);
  }

  private static Control control(ConfigFields root) {
    ConfigFields in = root.object("control").orElseGet(() -> root.empty("control"));
    Control control =
        new Control(
            in.text("host", "a loopback address", Control::isLoopback)
                .orElse(Control.DEFAULT.host()),
            in.number("port", 0, 65_535).orElse(Control.DEFAULT.port()));
    in.done();
    return control;
  }

  private static Limits limits(ConfigFields root) {
    ConfigFields in = root.object("limits").orElseGet(() -> root.empty("limits"));
    Limits limits =
        new Limits(
            in.number("concurrent_revivals", 1, 1000).orElse(4),
            in.number("revivals_per_minute", 1, 100_000).orElse(60),
            in.number("revivals_per_agent", 1, 1000).orElse(5),
            seconds(in, "per_agent_window", PitConfig.YEAR, 900));
    in.done();
    return limits;
  }

  private static Map<String, GatewayAddress> gateways(ConfigFields in) {
    Map<String, GatewayAddress> gateways = new LinkedHashMap<>();
    for (ConfigNode item : in.list("gateways")) {
      GatewayAddress gateway = gateway(in, item);
      if (gateway != null && gateways.putIfAbsent(gateway.name(), gateway) != null) {
        in.problem("gateways: \"" + gateway.name() + "\" is there twice", item);
      }
    }
    return gateways;
  }

  private static @Nullable GatewayAddress gateway(ConfigFields in, ConfigNode item) {
    try {
      return item.value() instanceof String text
          ? GatewayNames.named(text)
          : gateway(in.item("gateways", item), in, item);
    } catch (IllegalArgumentException e) {
      in.problem("gateways: " + e.getMessage(), item);
      return null;
    }
  }

  private static @Nullable GatewayAddress gateway(
      ConfigFields fields, ConfigFields list, ConfigNode item) {
    Optional<String> url = fields.text("url");
    Optional<String> name = fields.text("name").or(() -> url);
    Optional<Path> token = path(fields, "token_file");
    fields.done();
    if (name.isEmpty() && fields.isValid()) {
      list.problem("gateways: neither a name nor a url is given", item);
    }
    if (name.isEmpty()) {
      return null;
    }
    URI uri = url.map(URI::create).orElseGet(() -> GatewayNames.named(name.get()).uri());
    return new GatewayAddress(name.get(), uri, token.orElse(null));
  }

  private static Map<String, Launcher> launchers(ConfigFields root) {
    Map<String, Launcher> launchers = new LinkedHashMap<>();
    root.entries("launchers")
        .forEach(
            (name, node) -> {
              ConfigFields in = root.item("launchers/" + name, node);
              List<String> command = in.texts("command");
              Map<String, String> environment = environment(in);
              Optional<String> directory = in.text("working_directory");
              in.done();
              try {
                if (in.isValid()) {
                  launchers.put(name, new Launcher(name, command, environment, directory));
                }
              } catch (IllegalArgumentException e) {
                root.problem(String.valueOf(e.getMessage()), node);
              }
            });
    return launchers;
  }

  private static Map<String, String> environment(ConfigFields in) {
    Map<String, String> environment = new LinkedHashMap<>();
    in.entries("env")
        .forEach(
            (name, node) -> {
              if (node.value() instanceof String text && isVariableName(name)) {
                environment.put(name, text);
              } else {
                in.wrong("env/" + name, node, "a text under a variable's name");
              }
            });
    return environment;
  }

  private static boolean isVariableName(String name) {
    return !name.isEmpty() && name.indexOf('=') < 0 && name.indexOf('\0') < 0;
  }

  private static Map<String, Map<String, Object>> plugins(ConfigFields root) {
    Map<String, Map<String, Object>> plugins = new LinkedHashMap<>();
    root.entries("plugins")
        .forEach(
            (name, node) -> {
              Map<String, Object> settings = new LinkedHashMap<>();
              for (Map.Entry<String, ConfigNode> field :
                  root.item("plugins/" + name, node).fields().entrySet()) {
                Object plain = field.getValue().plain();
                if (plain != null) {
                  settings.put(field.getKey(), plain);
                }
              }
              plugins.put(name, settings);
            });
    return plugins;
  }
}
