package org.lazaruspit.pit.builtin;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Launcher;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Agents as processes of this machine (Linux): each in a session of its own, under a lock that the
 * kernel keeps for its whole tree, outliving the pit and adopted by the next one. Thread-safe.
 */
public final class ProcessReviver implements Reviver {

  private static final Logger log = LoggerFactory.getLogger(ProcessReviver.class);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

  private final @Nullable Path directory;
  private final @Nullable Isolation isolation;
  private final Map<AgentRef, Held> held = new ConcurrentHashMap<>();
  private final Set<Process> watchers = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "pit-process-watch");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean closed;

  /** What is known of an agent that runs, or ran. */
  private record Held(
      RunningAgent running, CompletableFuture<AgentExit> exit, Optional<AgentRecord> leader) {

    long pid() {
      return leader.map(AgentRecord::pid).orElse(0L);
    }

    boolean leaderRuns() {
      return leader.flatMap(AgentRecord::running).isPresent();
    }
  }

  /** An instance that still has to be {@link #configured}. */
  public ProcessReviver() {
    this(null, null);
  }

  ProcessReviver(@Nullable Path directory, @Nullable Isolation isolation) {
    this.directory = directory;
    this.isolation = isolation;
  }

  @Override
  public String name() {
    return "process";
  }

  @Override
  public Reviver configured(Settings settings) {
    Path state = real(settings.stateDirectory());
    return new ProcessReviver(state.resolve("agents"), Isolation.configured(settings, state));
  }

  /** The kernel tells of open files by their real names, so ours has to be one. */
  private static Path real(Path directory) {
    try {
      return Files.createDirectories(directory).toRealPath();
    } catch (IOException e) {
      throw new IllegalArgumentException("state_directory: " + directory + " cannot be used", e);
    }
  }

  @Override
  public boolean needsLauncher() {
    return true;
  }

  @Override
  public Presence presence(AgentRef agent) throws IOException, InterruptedException {
    Held known = held.get(agent);
    if (known != null) {
      return known.exit().isDone()
          ? new Presence.Absent(known.exit().join())
          : new Presence.Running(known.running());
    }
    AgentLock lock = lock(agent);
    if (lock.free()) {
      Optional<AgentRecord> unguarded = AgentRecord.read(recordFile(agent));
      return unguarded.isPresent() && unguarded.get().running().isPresent()
          ? new Presence.Running(adopt(agent, lock))
          : new Presence.Absent("its lock is free");
    }
    return new Presence.Running(adopt(agent, lock));
  }

  @Override
  public StopOutcome stop(AgentRef agent, Duration grace) throws IOException, InterruptedException {
    Held known = held.get(agent);
    AgentLock lock = lock(agent);
    ProcessTree tree = new ProcessTree(lock);
    List<Long> members = tree.members();
    if (known != null && !known.exit().isDone() && !grace.isZero() && canListen(known)) {
      tree.terminate(known.pid());
      awaitExit(known, grace);
    }
    if (!tree.kill(System.nanoTime() + KILL_LIMIT.toNanos())) {
      return new StopOutcome.StillThere(
          "could not be killed: " + ProcessTree.describe(tree.members()));
    }
    if (members.isEmpty()) {
      return new StopOutcome.Gone("nothing of it runs and its lock is free");
    }
    return new StopOutcome.Gone(
        members.size()
            + (members.size() == 1 ? " process" : " processes")
            + " stopped and its lock is free");
  }

  /** A stopped process cannot act on TERM, so there is nothing to wait for. */
  private static boolean canListen(Held agent) {
    return agent.leader().flatMap(AgentRecord::running).filter(stat -> !stat.stopped()).isPresent();
  }

  private static void awaitExit(Held agent, Duration grace) throws InterruptedException {
    try {
      agent.exit().get(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.debug("{}: did not end within its grace of {}", agent.running().agent(), grace);
    } catch (ExecutionException e) {
      throw new IllegalStateException("an exit never fails", e);
    }
  }

  @Override
  public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
    Launcher.Command command =
        order
            .command()
            .orElseThrow(() -> new IOException("no launcher in the configuration fits the agent"));
    AgentLock lock = lock(order.agent());
    Files.createDirectories(lock.file().getParent());
    Isolation.Walled walled = isolation().prepare(order, command);
    Process process = processBuilder(order, command, walled, lock).start();
    Optional<AgentRecord> record = AgentRecord.of(process.pid(), order.incarnation());
    if (record.isPresent()) {
      record.get().write(recordFile(order.agent()));
    }
    Held started = held(order.agent(), order.incarnation(), "pid " + process.pid(), record);
    held.put(order.agent(), started);
    CompletableFuture<Void> unused =
        process
            .onExit()
            .thenAcceptAsync(ended -> leaderEnded(started, lock, ended.exitValue()), threads);
    return started.running();
  }

  private void leaderEnded(Held agent, AgentLock lock, int status) {
    if (status == AgentLock.HELD_STATUS && held(lock)) {
      // It never became the agent: whoever holds the lock is, and is found by the next look.
      held.remove(agent.running().agent(), agent);
      String refusal = "refused by the kernel: another process holds its lock";
      agent.exit().complete(new AgentExit(Instant.now(), refusal));
      return;
    }
    OptionalInt exitStatus = status <= 128 ? OptionalInt.of(status) : OptionalInt.empty();
    untilTreeIsGone(agent, lock, describeExit(status), exitStatus);
  }

  private static boolean held(AgentLock lock) {
    try {
      return !lock.free();
    } catch (IOException e) {
      log.warn("{} cannot be asked", lock.file(), e);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private ProcessBuilder processBuilder(
      StartOrder order, Launcher.Command command, Isolation.Walled walled, AgentLock lock)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(lock.guard(walled.arguments()));
    builder.directory(
        command.workingDirectory().map(File::new).orElseGet(order.cellDirectory()::toFile));
    Map<String, String> environment = builder.environment();
    environment.putAll(walled.environment());
    environment.putAll(command.environment());
    environment.put("LAZARUS_AGENT_ID", order.agent().agentId());
    environment.put("LAZARUS_CELL", order.cellDirectory().toString());
    environment.put("LAZARUS_INCARNATION", Long.toString(order.incarnation()));
    environment.put("LAZARUS_CHECKPOINT", order.checkpoint().map(Path::toString).orElse(""));
    environment.put("LAZARUS_GATEWAY", order.gateway().map(g -> g.uri().toString()).orElse(""));
    environment.put("LAZARUS_HEARTBEAT_URL", order.heartbeatUrl().map(Object::toString).orElse(""));
    environment.put("LAZARUS_HEARTBEAT_FILE", order.heartbeatFile().toString());
    environment.put("LAZARUS_TOKEN_FILE", order.tokenFile().map(Path::toString).orElse(""));
    environment.put(ProcessTree.MARK, lock.file().toString());
    builder.redirectInput(Redirect.from(new File("/dev/null")));
    builder.redirectErrorStream(true);
    builder.redirectOutput(Redirect.appendTo(ownFile(order.log())));
    return builder;
  }

  /** An agent may write its cell's folders: a link planted as its log must not lead elsewhere. */
  private static File ownFile(Path logFile) throws IOException {
    OwnDirectory.ensureAround(logFile);
    if (Files.exists(logFile, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(logFile, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(logFile + " is not a regular file: nothing is written to it");
    }
    return logFile.toFile();
  }

  private RunningAgent adopt(AgentRef agent, AgentLock lock)
      throws IOException, InterruptedException {
    Optional<AgentRecord> record =
        AgentRecord.read(recordFile(agent)).filter(found -> found.running().isPresent());
    if (record.isEmpty()) {
      record = leaderAmong(new ProcessTree(lock).members());
    }
    Held adopted =
        held(
            agent,
            record.map(AgentRecord::incarnation).orElse(0L),
            record.map(found -> "pid " + found.pid()).orElse("a process that cannot be seen"),
            record);
    held.put(agent, adopted);
    isolation().adopted(agent, adopted.running().incarnation());
    threads.execute(
        () -> untilTreeIsGone(adopted, lock, "its process is gone", OptionalInt.empty()));
    return adopted.running();
  }

  /** The pit died before it could write down whom it had started: the processes themselves know. */
  private static Optional<AgentRecord> leaderAmong(List<Long> members) {
    return members.stream()
        .map(pid -> AgentRecord.of(pid, incarnationOf(pid)))
        .flatMap(Optional::stream)
        .min(Comparator.comparingLong(AgentRecord::startTick));
  }

  private static long incarnationOf(long pid) {
    return ProcFs.variable(pid, "LAZARUS_INCARNATION")
        .filter(text -> text.matches("[0-9]{1,18}"))
        .map(Long::parseLong)
        .orElse(0L);
  }

  private static Held held(
      AgentRef agent, long incarnation, String description, Optional<AgentRecord> leader) {
    CompletableFuture<AgentExit> exit = new CompletableFuture<>();
    return new Held(
        new RunningAgent(agent, incarnation, description, exit.minimalCompletionStage()),
        exit,
        leader);
  }

  /** Completes the agent's exit once its first process and all that hold its lock are gone. */
  private void untilTreeIsGone(Held agent, AgentLock lock, String how, OptionalInt status) {
    try {
      while (!closed) {
        if (lock.free() && !agent.leaderRuns()) {
          isolation().release(agent.running().agent(), agent.running().incarnation());
          agent.exit().complete(new AgentExit(Instant.now(), how, status));
          return;
        }
        await(agent, lock);
      }
    } catch (IOException | RuntimeException e) {
      // Forgotten, so that the next look asks the kernel anew.
      held.remove(agent.running().agent(), agent);
      log.warn("{}: its lock cannot be watched", agent.running().agent(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void await(Held agent, AgentLock lock) throws IOException, InterruptedException {
    Process watcher = lock.watcher();
    watchers.add(watcher);
    try {
      watcher.waitFor();
    } finally {
      watchers.remove(watcher);
      watcher.destroy();
    }
    if (!closed && agent.leaderRuns()) {
      // It gave up its lock by closing inherited descriptors: the operating system is asked
      // instead.
      ProcessHandle.of(agent.pid()).ifPresent(leader -> leader.onExit().join());
    }
  }

  /** The JDK reports a death by signal as 128 plus its number, as shells do. */
  static String describeExit(int status) {
    int signal = status - 128;
    if (signal <= 0 || signal > 64) {
      return "ended with status " + status;
    }
    String name =
        switch (signal) {
          case 1 -> " (HUP)";
          case 2 -> " (INT)";
          case 6 -> " (ABRT)";
          case 9 -> " (KILL)";
          case 11 -> " (SEGV)";
          case 15 -> " (TERM)";
          default -> "";
        };
    return "killed by signal " + signal + name;
  }

  private AgentLock lock(AgentRef agent) throws IOException {
    return new AgentLock(directory(agent).resolve(agent.agentId() + ".lock"));
  }

  private Path recordFile(AgentRef agent) throws IOException {
    return directory(agent).resolve(agent.agentId() + ".process");
  }

  private Path directory(AgentRef agent) throws IOException {
    if (directory == null) {
      throw new IOException("the process reviver has no state directory: it was never configured");
    }
    return directory.resolve(agent.cellId().toString());
  }

  private Isolation isolation() throws IOException {
    if (isolation == null) {
      throw new IOException("the process reviver builds no walls: it was never configured");
    }
    return isolation;
  }

  @Override
  public void close() {
    closed = true;
    watchers.forEach(Process::destroy);
    threads.shutdownNow();
  }
}
