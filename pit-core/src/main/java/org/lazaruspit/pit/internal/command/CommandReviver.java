package org.lazaruspit.pit.internal.command;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AtomicFileWriter;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.pit.internal.os.CommandExecution;
import org.lazaruspit.pit.internal.os.CommandRunner;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops agents by the operator's own commands, for agents that are no children of the
 * pit: units of systemd, containers, processes on other hosts.
 *
 * <pre>
 * "reviver": "command",
 * "plugins": {"command": {
 *   "start":    ["ssh", "host", "start-agent", "{agent_id}", "{incarnation}"],
 *   "stop":     ["ssh", "host", "stop-agent", "{agent_id}"],
 *   "presence": ["ssh", "host", "agent-runs", "{agent_id}"]}}
 * </pre>
 *
 * <p>The commands are argument lists that no shell sees. {@code start} takes every placeholder of a
 * launcher and the {@code LAZARUS_} variables; {@code stop} and {@code presence} take {@code
 * {agent_id}} and {@code {cell_id}}. {@code start} has to detach the agent and end: the first 2000
 * bytes of output are logged, and the pipe is closed with the end of the command.
 *
 * <p>The exit status of {@code presence} is the only evidence: with 0 the agent runs; with 1 or 3
 * (as an init script of the Linux Standard Base, or the list {@code absent}) it is absent; with any
 * other, or after {@code presence_within} (default 10 s), its presence is unknown. An agent that
 * may run is never started a second time. An exit is noticed at the next call of {@code presence}.
 * Without {@code stop} no agent is stopped, and a running one is not revived. {@code start_within}
 * and {@code stop_within} (default 60 s each) limit the time until {@code presence} confirms a
 * start or stop. Thread-safe.
 */
public final class CommandReviver implements Reviver {

  private static final Logger log = LoggerFactory.getLogger(CommandReviver.class);
  private static final long POLL_MILLIS = 100;
  private static final int OUTPUT_LIMIT = 2000;

  private final @Nullable CommandReviverSettings commands;
  private final @Nullable Path directory;
  private final Map<AgentRef, Tracked> tracked = new ConcurrentHashMap<>();

  /** Agent that was found running, until it is found absent. */
  private record Tracked(RunningAgent running, CompletableFuture<AgentExit> exit) {}

  /** Makes an instance for {@link #configured}. */
  public CommandReviver() {
    this(null, null);
  }

  private CommandReviver(@Nullable CommandReviverSettings commands, @Nullable Path directory) {
    this.commands = commands;
    this.directory = directory;
  }

  @Override
  public String name() {
    return "command";
  }

  @Override
  public Reviver configured(Settings settings) {
    return new CommandReviver(
        CommandReviverSettings.of(settings), settings.stateDirectory().resolve(name()));
  }

  private CommandReviverSettings commands() throws IOException {
    if (commands == null) {
      throw new IOException("command reviver is not configured: no commands");
    }
    return commands;
  }

  @Override
  public Presence presence(AgentRef agent) throws IOException, InterruptedException {
    CommandReviverSettings configured = commands();
    CommandExecution result;
    try {
      result = runPresence(agent);
    } catch (IOException e) {
      return new Presence.Unknown("its presence command cannot be run: " + e.getMessage());
    }
    if (result.succeeded()) {
      return new Presence.Running(track(agent, incarnation(agent)).running());
    }
    if (configured.absent().contains(result.status())) {
      String evidence = "its presence command " + result.describe();
      Tracked known = tracked.remove(agent);
      if (known != null) {
        known.exit().complete(new AgentExit(Instant.now(), evidence));
      }
      return new Presence.Absent(evidence);
    }
    return new Presence.Unknown("its presence command " + result.describe());
  }

  private CommandExecution runPresence(AgentRef agent) throws IOException, InterruptedException {
    List<String> command = CommandReviverSettings.expand(commands().presence(), agent);
    CommandExecution result = run(command, variables(agent), commands().presenceWithin());
    log.debug("{}: {} {}", agent, command, result.describe());
    return result;
  }

  private static CommandExecution run(
      List<String> command, Map<String, String> environment, Duration within)
      throws IOException, InterruptedException {
    return new CommandRunner(within, OUTPUT_LIMIT).run(command, environment);
  }

  private static Map<String, String> variables(AgentRef agent) {
    return Map.of("LAZARUS_AGENT_ID", agent.agentId());
  }

  /** Keeps the same exit until the agent is found absent. */
  private Tracked track(AgentRef agent, long incarnation) {
    return tracked.compute(
        agent,
        (ignored, known) -> {
          if (known != null && known.running().incarnation() == incarnation) {
            return known;
          }
          CompletableFuture<AgentExit> exit = new CompletableFuture<>();
          return new Tracked(
              new RunningAgent(
                  agent,
                  incarnation,
                  "present according to its presence command",
                  exit.minimalCompletionStage()),
              exit);
        });
  }

  @Override
  public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
    AgentRef agent = order.agent();
    Presence before = presence(agent);
    if (before instanceof Presence.Absent absent) {
      return new StopOutcome.Gone(absent.evidence());
    }
    if (order.isTooOldFor(incarnation(agent))) {
      return new StopOutcome.TooOld(incarnation(agent));
    }
    if (commands().stop().isEmpty()) {
      return new StopOutcome.StillThere(describe(before) + ", and no stop command is configured");
    }
    Duration within = longer(commands().stopWithin(), order.grace());
    long deadline = System.nanoTime() + within.toNanos();
    List<String> command = CommandReviverSettings.expand(commands().stop().get(), agent);
    CommandExecution run = run(command, variables(agent), within);
    log.info("{}: its stop command {}", agent, run.describe());
    Presence after = awaitPresence(agent, Presence.Absent.class, deadline);
    return after instanceof Presence.Absent absent
        ? new StopOutcome.Gone(absent.evidence())
        : new StopOutcome.StillThere(
            "its stop command %s, and then: %s".formatted(run.describe(), describe(after)));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static String describe(Presence presence) {
    return presence instanceof Presence.Unknown unknown
        ? "presence unknown: " + unknown.reason()
        : "running according to its presence command";
  }

  /**
   * Polls the presence until it is of the wanted kind or the deadline is over; returns the last.
   */
  private Presence awaitPresence(AgentRef agent, Class<? extends Presence> wanted, long deadline)
      throws IOException, InterruptedException {
    while (true) {
      Presence presence = presence(agent);
      if (wanted.isInstance(presence) || System.nanoTime() - deadline >= 0) {
        return presence;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  @Override
  public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
    AgentRef agent = order.agent();
    if (!order.isolation().isUnrestricted()) {
      throw new IOException(
          "isolation: the command reviver builds no sandbox, the cell must require none");
    }
    Presence before = presence(agent);
    if (!(before instanceof Presence.Absent)) {
      throw new IOException("not started a second time: " + describe(before));
    }
    write(agent, order.incarnation());
    long deadline = System.nanoTime() + commands().startWithin().toNanos();
    List<String> command = order.expand(commands().start()).arguments();
    CommandExecution run = run(command, order.environment(), commands().startWithin());
    log.info("{}: its start command {}", agent, run.describe());
    if (!run.succeeded()) {
      throw new IOException("its start command " + run.describe());
    }
    Presence after = awaitPresence(agent, Presence.Running.class, deadline);
    if (after instanceof Presence.Running) {
      return track(agent, order.incarnation()).running();
    }
    throw new IOException(
        "its start command %s, but the agent is not present".formatted(run.describe()));
  }

  /**
   * Records the incarnation of the last start, which a presence command cannot tell. Absence is
   * proven before each start, so the record holds for every later process.
   */
  private void write(AgentRef agent, long incarnation) throws IOException {
    Path file = file(agent);
    Files.createDirectories(file.resolveSibling(""));
    AtomicFileWriter.write(file, (incarnation + "\n").getBytes(US_ASCII));
  }

  /** Returns the incarnation of the last start by this pit; 0 if there was no start. */
  private long incarnation(AgentRef agent) throws IOException {
    Path file = file(agent);
    if (Files.notExists(file)) {
      return 0;
    }
    String text = Files.readString(file).strip();
    long number = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    return number <= Incarnation.MAX ? number : 0;
  }

  private Path file(AgentRef agent) throws IOException {
    if (directory == null) {
      throw new IOException("command reviver is not configured: no folder");
    }
    return directory.resolve(agent.cellId().toString()).resolve(agent.agentId() + ".incarnation");
  }
}
