package org.lazaruspit.examples.reviver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;

/** Units of a fake {@code systemctl} in a home of their own. */
final class Units {

  static final AgentRef AGENT = new AgentRef(new UUID(1, 2), "writer");
  static final String UNIT = "lazarus-agent@" + AGENT.cellId() + ".writer.service";

  private final Path home;
  final Map<String, Object> values = new HashMap<>();

  Units(Path home) throws IOException {
    this.home = home;
    Files.createDirectories(templates());
    values.put("systemctl", program("--user"));
    template("ExecStart=sleep 600");
  }

  /** Returns the command of the fake {@code systemctl}. */
  List<String> program(String... arguments) {
    List<String> program = new ArrayList<>(List.of("env", "HOME=" + home, "bash", script()));
    program.addAll(List.of(arguments));
    return program;
  }

  static String script() {
    return Path.of("src", "test", "resources", "systemctl").toAbsolutePath().toString();
  }

  void template(String... lines) throws IOException {
    Files.writeString(
        templates().resolve("lazarus-agent@.service"),
        "[Service]\nEnvironmentFile=%%h/state/systemd/%%i.env\n%s\n"
            .formatted(String.join("\n", lines)));
  }

  private Path templates() {
    return home.resolve(".config").resolve("systemd").resolve("user");
  }

  Reviver reviver() {
    return new SystemdReviver().configured(new Settings(values, home.resolve("state")));
  }

  StartOrder order(long incarnation) {
    return order(incarnation, home.resolve("cell"));
  }

  static StartOrder order(long incarnation, Path cell) {
    return new StartOrder(
        AGENT,
        incarnation,
        cell,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        cell.resolve("writer.log"));
  }

  /** Kills all processes of the unit, as a crash would. */
  void kill() throws IOException, InterruptedException {
    String group = Files.readString(home.resolve("units").resolve(UNIT + ".pid")).strip();
    new ProcessBuilder("kill", "-KILL", "--", "-" + group).inheritIO().start().waitFor();
  }

  /** Returns the arguments of all calls of {@code systemctl}, one line each. */
  List<String> commands() throws IOException {
    Path log = home.resolve("units").resolve("calls.log");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }
}
