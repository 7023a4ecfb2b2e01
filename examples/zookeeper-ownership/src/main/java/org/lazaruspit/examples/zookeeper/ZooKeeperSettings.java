package org.lazaruspit.examples.zookeeper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.lazaruspit.pit.spi.Settings;

/**
 * Settings of the plug-in, from {@code plugins.zookeeper} of the configuration.
 *
 * @param connect {@code host:port} of every server, separated by commas
 * @param namespace the parent path of all nodes, without the leading slash
 * @param sessionTimeout the silence after which the cells of a pit are free at the latest; 3 s to 1
 *     h, default 30 s
 * @param name the name of this pit in logs and in the ensemble
 * @param credentials {@code user:password}; empty if all clients may read and write
 */
record ZooKeeperSettings(
    String connect,
    String namespace,
    Duration sessionTimeout,
    String name,
    Optional<String> credentials) {

  private static final Duration SHORTEST = Duration.ofSeconds(3);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Pattern SERVER =
      Pattern.compile("(\\[[0-9A-Fa-f:]+]|[A-Za-z0-9._-]+):([0-9]{1,5})");
  private static final Pattern NAMESPACE =
      Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  static ZooKeeperSettings of(Settings settings) {
    settings.expectOnly("connect", "namespace", "session_timeout", "name", "credentials_file");
    return new ZooKeeperSettings(
        settings
            .text("connect")
            .map(ZooKeeperSettings::servers)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "setting connect: missing, expected host:port of every server, separated by"
                            + " commas")),
        matching(settings, "namespace", NAMESPACE, "a path without a leading slash")
            .orElse("lazarus-pit"),
        sessionTimeout(settings),
        matching(settings, "name", NAME, "at most 64 letters, digits, '.', '_' or '-'")
            .orElseGet(() -> "pit-" + ProcessHandle.current().pid()),
        settings.text("credentials_file").map(ZooKeeperSettings::credentials));
  }

  private static String servers(String connect) {
    for (String server : connect.split(",", -1)) {
      var matcher = SERVER.matcher(server.strip());
      if (!matcher.matches() || !isPort(matcher.group(2))) {
        throw new IllegalArgumentException(
            "setting connect: \"%s\" in \"%s\" is not host:port%s"
                .formatted(
                    server,
                    connect,
                    server.contains("/") ? "; a path belongs into namespace" : ""));
      }
    }
    return connect.replace(" ", "");
  }

  private static boolean isPort(String digits) {
    int port = Integer.parseInt(digits);
    return port > 0 && port < 65_536;
  }

  private static Optional<String> matching(
      Settings settings, String name, Pattern pattern, String expected) {
    Optional<String> text = settings.text(name);
    if (text.isPresent() && !pattern.matcher(text.get()).matches()) {
      throw new IllegalArgumentException(
          "setting %s: \"%s\" is not %s".formatted(name, text.get(), expected));
    }
    return text;
  }

  private static Duration sessionTimeout(Settings settings) {
    Duration timeout = settings.seconds("session_timeout").orElse(Duration.ofSeconds(30));
    if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "setting session_timeout: %d is not between %d and %d seconds"
              .formatted(timeout.toSeconds(), SHORTEST.toSeconds(), LONGEST.toSeconds()));
    }
    return timeout;
  }

  private static String credentials(String file) {
    try {
      String text = Files.readString(Path.of(file)).strip();
      if (text.indexOf(':') < 1 || text.endsWith(":") || text.contains("\n")) {
        throw new IllegalArgumentException(
            "setting credentials_file: " + file + " does not hold one line user:password");
      }
      return text;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "setting credentials_file: " + file + " cannot be read: " + e, e);
    }
  }

  /** Leaves out the credentials. */
  @Override
  public String toString() {
    return "%s/%s, %s, %d s".formatted(connect, namespace, name, sessionTimeout.toSeconds());
  }
}
