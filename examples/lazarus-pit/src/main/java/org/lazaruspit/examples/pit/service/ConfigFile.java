package org.lazaruspit.examples.pit.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.lazaruspit.pit.PitConfig;
import picocli.CommandLine.Option;

/** Option {@code --config}, and the file that it names. */
public final class ConfigFile {

  private static final String EXAMPLE =
      """
      {
        "poll_interval": 30,
        "timeout": 300,
        "max_retries": 3,
        "auto_revive": true,
        "gateways": ["http://127.0.0.1:8080"],
        "missions_path": "/var/missions",
        "log_level": "INFO",
        "launchers": {
          "default": {
            "command": ["python3", "agent.py", "--id", "{agent_id}"],
            "env": {},
            "working_directory": "{cell}"
          }
        }
      }
      """;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration (default: ${DEFAULT-VALUE}).",
      defaultValue = "${sys:user.home}/.lazarus/config.json",
      scope = picocli.CommandLine.ScopeType.LOCAL)
  private Path path = Path.of("config.json");

  public Path path() {
    return path.toAbsolutePath().normalize();
  }

  public PitConfig load() throws IOException {
    if (Files.isDirectory(path())) {
      throw new IOException(path() + ": is a directory, expected a configuration file");
    }
    return PitConfig.load(path());
  }

  public void create() throws IOException {
    Files.createDirectories(Objects.requireNonNull(path().getParent()));
    Files.writeString(path(), EXAMPLE, StandardOpenOption.CREATE_NEW);
  }
}
