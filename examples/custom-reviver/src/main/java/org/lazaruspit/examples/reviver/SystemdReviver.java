package org.lazaruspit.examples.reviver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lazaruspit.cell.AtomicFileWriter;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/**
 * Revives agents that are units of systemd: instances {@code <cell id>.<agent id>} of a template
 * that the operator provides.
 *
 * <pre>
 * "reviver": "systemd",
 * "plugins": {"systemd": {
 *   "systemctl": ["systemctl", "--user"],
 *   "template": "lazarus-agent",
 *   "within": 60}}
 * </pre>
 *
 * <p>The agent's {@code LAZARUS_} variables are written to {@code systemd/<instance>.env} in the
 * pit's state directory, for the template's {@code EnvironmentFile=}. {@code systemctl} may be any
 * command that takes the arguments of {@code systemctl}, for example {@code ["ssh", "agents@host",
 * "systemctl"]}: the arguments are fixed words and checked ids, so a remote shell has nothing to
 * expand.
 *
 * <p>An agent is absent if its unit is {@code inactive} or {@code failed}. This proves the end of
 * all its processes only if systemd kills the whole control group: a template with another {@code
 * KillMode}, without {@code SendSIGKILL}, or with a {@code Restart} setting is refused. The pit
 * detects a death at its next call of {@link #presence}. Thread-safe.
 */
public final class SystemdReviver implements Reviver {

  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
  private static final Pattern TEMPLATE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,59}");
  private static final Pattern INCARNATION =
      Pattern.compile("^LAZARUS_INCARNATION=\"(\\d{1,18})\"$", Pattern.MULTILINE);
  private static final String PROPERTIES =
      "ActiveState,Result,ExecMainCode,ExecMainStatus,InvocationID,KillMode,SendSIGKILL,Restart";

  private final List<String> systemctl;
  private final String template;
  private final Duration timeout;
  private final Path directory;
  private final Map<AgentRef, UnitRun> runs = new ConcurrentHashMap<>();

  /** A run of a unit, kept until its end is detected. */
  private record UnitRun(
      String invocation, RunningAgent running, CompletableFuture<AgentExit> exit) {}

  /** Exit status and output of a command; the status is -1 after a time-out. */
  private record Outcome(int status, String output) {}

  /** Creates an instance with default settings, for {@link #configured}. */
  public SystemdReviver() {
    this(List.of("systemctl"), "lazarus-agent", Duration.ofSeconds(60), Path.of("systemd"));
  }

  private SystemdReviver(
      List<String> systemctl, String template, Duration timeout, Path directory) {
    this.systemctl = systemctl;
    this.template = template;
    this.timeout = timeout;
    this.directory = directory;
  }

  @Override
  public String name() {
    return "systemd";
  }

  @Override
  public Reviver configured(Settings settings) {
    settings.expectOnly("systemctl", "template", "within");
    List<String> program = settings.texts("systemctl").orElse(systemctl);
    if (program.isEmpty() || program.get(0).isBlank()) {
      throw new IllegalArgumentException("setting systemctl: empty, expected a program");
    }
    String unit = settings.text("template").orElse(template);
    if (!TEMPLATE.matcher(unit).matches()) {
      throw new IllegalArgumentException(
          "setting template: %s is not the name of a unit, without @ and suffix".formatted(unit));
    }
    return new SystemdReviver(
        program,
        unit,
        settings.seconds("within").orElse(timeout),
        settings.stateDirectory().resolve(name()));
  }

  @Override
  public Presence presence(AgentRef agent) throws IOException, InterruptedException {
    Outcome answer = systemctl(timeout, "show", "--property=" + PROPERTIES, "--", unit(agent));
    Map<String, String> unit = properties(answer.output());
    String state = unit.getOrDefault("ActiveState", "");
    if (answer.status() != 0 || state.isEmpty()) {
      return new Presence.Unknown("systemctl show: " + describe(answer));
    }
    if (!Set.of("inactive", "failed").contains(state)) {
      return new Presence.Running(run(agent, unit.getOrDefault("InvocationID", "")).running());
    }
    String unsafe = unsafeSetting(unit);
    if (!unsafe.isEmpty()) {
      return new Presence.Unknown("unit is " + state + ", but its template has " + unsafe);
    }
    AgentExit exit = exit(state, unit);
    UnitRun ended = runs.remove(agent);
    if (ended != null) {
      ended.exit().complete(exit);
    }
    return new Presence.Absent(exit);
  }

  /**
   * Returns the setting that allows processes to survive the end of the unit or to be restarted;
   * empty if there is no such setting.
   */
  private static String unsafeSetting(Map<String, String> unit) {
    Map<String, String> expected =
        Map.of("KillMode", "control-group", "SendSIGKILL", "yes", "Restart", "no");
    for (Map.Entry<String, String> rule : new TreeMap<>(expected).entrySet()) {
      String found = unit.getOrDefault(rule.getKey(), "");
      if (!found.equals(rule.getValue())) {
        return "%s=%s, expected %s".formatted(rule.getKey(), found, rule.getValue());
      }
    }
    return "";
  }

  /** Converts the exit of the main process; the code is that of waitid(2). */
  private static AgentExit exit(String state, Map<String, String> unit) {
    String detail = "unit is %s, %s".formatted(state, unit.getOrDefault("Result", "unknown"));
    String status = unit.getOrDefault("ExecMainStatus", "");
    String code = status.matches("[0-9]{1,3}") ? unit.getOrDefault("ExecMainCode", "") : "";
    return switch (code) {
      case "1" ->
          new AgentExit(
              Instant.now(),
              detail + ", exit status " + status,
              OptionalInt.of(Integer.parseInt(status)));
      case "2", "3" -> new AgentExit(Instant.now(), detail + ", signal " + status);
      default -> new AgentExit(Instant.now(), detail);
    };
  }

  /** Returns the current run of the unit; the same object during one run. */
  private UnitRun run(AgentRef agent, String invocation) throws IOException {
    long incarnation = incarnation(agent);
    return runs.compute(
        agent,
        (ignored, known) -> {
          if (known != null && known.invocation().equals(invocation)) {
            return known;
          }
          if (known != null) {
            known.exit().complete(new AgentExit(Instant.now(), "unit was started again"));
          }
          CompletableFuture<AgentExit> exit = new CompletableFuture<>();
          String description = "unit " + unit(agent);
          return new UnitRun(
              invocation,
              new RunningAgent(agent, incarnation, description, exit.minimalCompletionStage()),
              exit);
        });
  }

  @Override
  public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
    AgentRef agent = order.agent();
    Presence presence = presence(agent);
    if (presence instanceof Presence.Running running
        && order.isTooOldFor(running.running().incarnation())) {
      return new StopOutcome.TooOld(running.running().incarnation());
    }
    if (!(presence instanceof Presence.Absent) && !order.grace().isZero()) {
      systemctl(order.grace(), "stop", "--", unit(agent));
      presence = presence(agent);
    }
    if (!(presence instanceof Presence.Absent)) {
      systemctl(timeout, "kill", "--signal=SIGKILL", "--", unit(agent));
      systemctl(timeout, "stop", "--", unit(agent));
      presence = presence(agent);
    }
    return presence instanceof Presence.Absent absent
        ? new StopOutcome.Gone(absent.evidence())
        : new StopOutcome.StillThere(describe(presence));
  }

  @Override
  public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
    AgentRef agent = order.agent();
    if (!order.isolation().isUnrestricted()) {
      throw new IOException(
          "isolation: the cell's isolation must be none; a unit's isolation is in its template");
    }
    Presence before = presence(agent);
    if (!(before instanceof Presence.Absent)) {
      throw new IOException("not started: " + describe(before));
    }
    writeEnvironment(agent, order.environment());
    systemctl(timeout, "reset-failed", "--", unit(agent)); // resets the unit's start limit
    Outcome start = systemctl(timeout, "start", "--", unit(agent));
    Presence after = presence(agent);
    if (after instanceof Presence.Running running) {
      return running.running();
    }
    throw new IOException("systemctl start: " + describe(start) + "; " + describe(after));
  }

  /** Returns the unit's name, with checked ids: all other words of a command are fixed. */
  private String unit(AgentRef agent) {
    return template + "@" + instance(agent) + ".service";
  }

  private static String instance(AgentRef agent) {
    if (!IDENTIFIER.matcher(agent.agentId()).matches()) {
      throw new IllegalArgumentException("agent_id: " + agent.agentId() + " is not an identifier");
    }
    return agent.cellId() + "." + agent.agentId();
  }

  /**
   * Writes the agent's variables. A running unit always has the incarnation in this file, since a
   * start needs proof of absence.
   */
  private void writeEnvironment(AgentRef agent, Map<String, String> environment)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
      String value = variable.getValue();
      if (value.chars().anyMatch(Character::isISOControl)) {
        throw new IOException(
            variable.getKey() + ": has a control character, which an environment file cannot hold");
      }
      String quoted = value.replaceAll("[\"\\\\$`]", "\\\\$0");
      lines.append(variable.getKey()).append("=\"").append(quoted).append("\"\n");
    }
    Files.createDirectories(directory);
    Path file = directory.resolve(instance(agent) + ".env");
    AtomicFileWriter.write(file, lines.toString().getBytes(UTF_8));
  }

  /** Returns the incarnation of the last start by this reviver; 0 before the first. */
  private long incarnation(AgentRef agent) throws IOException {
    Path file = directory.resolve(instance(agent) + ".env");
    Matcher line = INCARNATION.matcher(Files.exists(file) ? Files.readString(file) : "");
    return line.find() ? Long.parseLong(line.group(1)) : 0;
  }

  private Outcome systemctl(Duration limit, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(systemctl);
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectInput(Redirect.from(new File("/dev/null")))
            .redirectErrorStream(true)
            .start();
    try (InputStream stream = process.getInputStream()) {
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      // Reads available bytes only: a surviving child of the command may hold the pipe open.
      String output = new String(stream.readNBytes(stream.available()), UTF_8);
      return new Outcome(ended ? process.exitValue() : -1, output);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Map<String, String> properties(String output) {
    Map<String, String> properties = new HashMap<>();
    for (String line : output.lines().toList()) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        properties.put(line.substring(0, equals), line.substring(equals + 1).strip());
      }
    }
    return properties;
  }

  private static String describe(Outcome outcome) {
    String end = outcome.status() < 0 ? "no answer in time" : "status " + outcome.status();
    String text = outcome.output().strip().replaceAll("\\p{Cntrl}+", " ");
    return text.isEmpty() ? end : end + ", " + text.substring(0, Math.min(500, text.length()));
  }

  private static String describe(Presence presence) {
    if (presence instanceof Presence.Absent absent) {
      return absent.evidence();
    }
    return presence instanceof Presence.Unknown unknown
        ? "its presence is unknown: " + unknown.reason()
        : "unit is active";
  }
}
