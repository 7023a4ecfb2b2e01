package org.lazaruspit.pit.internal.isolation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.internal.process.ProcessReviver;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Launcher;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** A real agent, a shell script, in a cell with a neighbour, started by the real reviver. */
public final class SandboxedAgent implements AutoCloseable {

  public static final AgentRef AGENT = new AgentRef(new UUID(7, 1), "writer");
  static final boolean ROOT = System.getProperty("user.name").equals("root");

  public final Path root;
  public final Path cell;
  public final Path neighbour;
  public final Path state;
  private final ProgramLookup programs;
  private final ProgramLookup helpers;
  private final Map<String, Object> settings;
  private final List<Reviver> revivers = new ArrayList<>();
  private Optional<Path> token = Optional.empty();
  private long incarnation;

  public SandboxedAgent(Path folder, ProgramLookup programs, Map<String, Object> settings)
      throws IOException {
    this(folder, programs, settings, ProgramLookup.ofThisMachine());
  }

  /** Makes an agent whose reviver has only these helper programs. */
  public SandboxedAgent(
      Path folder, ProgramLookup programs, Map<String, Object> settings, ProgramLookup helpers)
      throws IOException {
    this.helpers = helpers;
    this.programs = programs;
    this.settings = settings;
    // Agents of another user need access to their own folders.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path real = folder.toRealPath();
    root = Files.createDirectory(real.resolve("missions"));
    cell = Files.createDirectory(root.resolve(AGENT.cellId().toString()));
    neighbour = Files.createDirectory(root.resolve(new UUID(7, 2).toString()));
    state = Files.createDirectory(real.resolve("state"));
    for (String name : List.of("config", "logs", "artifacts", "checkpoints")) {
      Files.createDirectory(cell.resolve(name));
    }
    Files.writeString(cell.resolve("cell.json"), "{}");
    Files.writeString(neighbour.resolve("secret"), "of others");
    Files.writeString(state.resolve("token"), "of the pit");
  }

  /** Gives the agent a token, beside the token of another agent. */
  Path token(String text) throws IOException {
    Path folder = Files.createDirectories(state.resolve("tokens"));
    Files.writeString(folder.resolve("reader"), "of another");
    token = Optional.of(Files.writeString(folder.resolve("writer"), text));
    return folder;
  }

  public static IsolationSpec level(IsolationLevel level) {
    return new IsolationSpec(level, false, false, ResourceLimits.ABSENT, SecurityContext.ABSENT);
  }

  public static IsolationSpec as(String user, IsolationSpec spec) {
    return with(spec, new SecurityContext(user, null, List.of()));
  }

  public static IsolationSpec with(IsolationSpec spec, SecurityContext context) {
    return new IsolationSpec(
        spec.level(),
        spec.mountNamespaces(),
        spec.networkIsolation(),
        spec.resourceLimits(),
        context);
  }

  static IsolationSpec with(IsolationSpec spec, ResourceLimits limits) {
    return new IsolationSpec(
        spec.level(),
        spec.mountNamespaces(),
        spec.networkIsolation(),
        limits,
        spec.securityContext());
  }

  Path log() {
    return cell.resolve("logs").resolve("writer.log");
  }

  /** Returns a reviver as after a restart of the pit. */
  public Reviver newReviver() {
    Sandbox sandbox = Sandbox.configured(new Settings(settings, state), state, programs);
    Reviver reviver = new ProcessReviver(state.resolve("agents"), sandbox, helpers);
    revivers.add(reviver);
    return reviver;
  }

  StartOrder order(IsolationSpec isolation, String script) {
    incarnation++;
    return new StartOrder(
        AGENT,
        incarnation,
        cell,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(
            new Launcher("default", List.of("/bin/sh", "-c", script), Map.of(), Optional.empty())),
        root,
        isolation,
        log(),
        token);
  }

  public RunningAgent start(Reviver by, IsolationSpec isolation, String script)
      throws IOException, InterruptedException {
    return by.start(order(isolation, script));
  }

  /** Starts a script and waits until it has created {@code artifacts/ready}. */
  public RunningAgent startReady(Reviver by, IsolationSpec isolation, String script)
      throws IOException, InterruptedException {
    Path ready = cell.resolve("artifacts").resolve("ready");
    try (WatchService made = ready.getFileSystem().newWatchService()) {
      cell.resolve("artifacts").register(made, StandardWatchEventKinds.ENTRY_CREATE);
      RunningAgent running = start(by, isolation, script);
      while (Files.notExists(ready)) {
        WatchKey event = made.poll(30, TimeUnit.SECONDS);
        if (event == null) {
          throw new AssertionError("never ready: " + Files.readString(log()));
        }
        event.reset();
      }
      return running;
    }
  }

  /** Runs a script as an agent to its end and returns its output. */
  public String outputOf(IsolationSpec isolation, String script)
      throws IOException, InterruptedException {
    Files.deleteIfExists(log());
    exit(start(newReviver(), isolation, script));
    return Files.readString(log());
  }

  public static AgentExit exit(RunningAgent running) {
    return running.exit().toCompletableFuture().join();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    StopOutcome outcome = newReviver().stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO));
    revivers.forEach(Reviver::close);
    if (!(outcome instanceof StopOutcome.Gone)) {
      throw new AssertionError(outcome);
    }
  }
}
