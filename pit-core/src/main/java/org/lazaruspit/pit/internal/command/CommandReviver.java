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
 * Revives by the operator's own commands, for agents that are no children of the pit: units of
 * systemd, containers, processes on other hosts.
 *
 * <pre>
 * "reviver": "command",
 * "plugins": {"command": {
 *   "start":    ["ssh", "host", "start-agent", "{agent_id}", "{incarnation}"],
 *   "stop":     ["ssh", "host", "stop-agent", "{agent_id}"],
 *   "presence": ["ssh", "host", "agent-runs", "{agent_id}"]}}
 * </pre>
 *
 * <p>The commands are argument lists that no shell sees. {@code start} knows every placeholder of a
 * launcher and the {@code LAZARUS_} variables; {@code stop} and {@code presence} know {@code
 * {agent_id}} and {@code {cell_id}}. {@code start} has to hand the agent over and end; the
 * beginning of what a command prints is logged, and an agent that goes on writing there finds
 * nobody.
 *
 * <p>All that this reviver knows is what {@code presence} says: status 0, it runs; 1 or 3 (those of
 * an init script by the Linux Standard Base, or the list {@code absent}), nothing of it does;
 * anything else, and no answer within {@code presence_within} (10 s): unknown, and an agent that
 * may run is never started a second time. An exit is thus noticed when the pit asks next, not at
 * once. Without {@code stop} nothing is ever stopped here, and a living agent not revived. {@code
 * start_within} and {@code stop_within} (60 s each) bound how long it may take until {@code
 * presence} confirms. Thread-safe.
 */
public final class CommandReviver implements Reviver {

  private static final Logger log = LoggerFactory.getLogger(CommandReviver.class);
  private static final long ASK_AGAIN_MILLIS = 100;
  private static final int OUTPUT_LIMIT = 2000;

  private final @Nullable CommandReviverSettings commands;
  private final @Nullable Path directory;
  private final Map<AgentRef, Held> held = new ConcurrentHashMap<>();

  /** An agent that was seen running, until it is seen absent. */
  private record Held(RunningAgent running, CompletableFuture<AgentExit> exit) {}

  /** An instance that still has to be {@link #configured}. */
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
      throw new IOException("the command reviver has no commands: it was never configured");
    }
    return commands;
  }

  @Override
  public Presence presence(AgentRef agent) throws IOException, InterruptedException {
    CommandReviverSettings configured = commands();
    CommandExecution answer;
    try {
      answer = ask(agent);
    } catch (IOException e) {
      return new Presence.Unknown("its presence command cannot be run: " + e.getMessage());
    }
    if (answer.succeeded()) {
      return new Presence.Running(hold(agent, incarnation(agent)).running());
    }
    if (configured.absent().contains(answer.status())) {
      String evidence = "its presence command " + answer.describe();
      Held known = held.remove(agent);
      if (known != null) {
        known.exit().complete(new AgentExit(Instant.now(), evidence));
      }
      return new Presence.Absent(evidence);
    }
    return new Presence.Unknown("its presence command " + answer.describe());
  }

  private CommandExecution ask(AgentRef agent) throws IOException, InterruptedException {
    List<String> command = CommandReviverSettings.expand(commands().presence(), agent);
    CommandExecution answer = run(command, who(agent), commands().presenceWithin());
    log.debug("{}: {} {}", agent, command, answer.describe());
    return answer;
  }

  private static CommandExecution run(
      List<String> command, Map<String, String> environment, Duration within)
      throws IOException, InterruptedException {
    return new CommandRunner(within, OUTPUT_LIMIT).run(command, environment);
  }

  private static Map<String, String> who(AgentRef agent) {
    return Map.of("LAZARUS_AGENT_ID", agent.agentId());
  }

  /** The same exit for as long as the agent is not seen absent. */
  private Held hold(AgentRef agent, long incarnation) {
    return held.compute(
        agent,
        (ignored, known) -> {
          if (known != null && known.running().incarnation() == incarnation) {
            return known;
          }
          CompletableFuture<AgentExit> exit = new CompletableFuture<>();
          return new Held(
              new RunningAgent(
                  agent,
                  incarnation,
                  "present, as its command says",
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
      return new StopOutcome.StillThere(describe(before) + ", and there is no stop command");
    }
    Duration within = longer(commands().stopWithin(), order.grace());
    long deadline = System.nanoTime() + within.toNanos();
    List<String> command = CommandReviverSettings.expand(commands().stop().get(), agent);
    CommandExecution run = run(command, who(agent), within);
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
        ? "nobody knows whether it runs, " + unknown.reason()
        : "it runs, as its presence command says";
  }

  /** Asks until the answer is of the wanted kind, or the time is over; the last answer. */
  private Presence awaitPresence(AgentRef agent, Class<? extends Presence> wanted, long deadline)
      throws IOException, InterruptedException {
    while (true) {
      Presence presence = presence(agent);
      if (wanted.isInstance(presence) || System.nanoTime() - deadline >= 0) {
        return presence;
      }
      TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MILLIS);
    }
  }

  @Override
  public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
    AgentRef agent = order.agent();
    if (!order.isolation().isUnrestricted()) {
      throw new IOException(
          "isolation: an operator's command builds no walls, so the cell's must be none");
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
      return hold(agent, order.incarnation()).running();
    }
    throw new IOException("its start command %s, but it is not there".formatted(run.describe()));
  }

  /**
   * Which incarnation was started last: a presence command cannot tell. What is written is true of
   * whatever runs later, since nothing is started before absence is proven.
   */
  private void write(AgentRef agent, long incarnation) throws IOException {
    Path file = file(agent);
    Files.createDirectories(file.resolveSibling(""));
    AtomicFileWriter.write(file, (incarnation + "\n").getBytes(US_ASCII));
  }

  /** 0 where this pit has never started it. */
  private long incarnation(AgentRef agent) throws IOException {
    Path file = file(agent);
    if (Files.notExists(file)) {
      return 0;
    }
    String text = Files.readString(file).strip();
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
  }

  private Path file(AgentRef agent) throws IOException {
    if (directory == null) {
      throw new IOException("the command reviver has no folder: it was never configured");
    }
    return directory.resolve(agent.cellId().toString()).resolve(agent.agentId() + ".incarnation");
  }
}
