package org.lazaruspit.pit.internal.process;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.internal.isolation.Sandbox;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.internal.os.SafeDirectories;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Launcher;
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
 * Runs agents as processes of this machine (Linux): each in a session of its own, under an agent
 * lock that its whole process tree holds. Agents outlive the pit and are adopted by the next one.
 * Thread-safe.
 */
public final class ProcessReviver implements Reviver {

  private static final Logger log = LoggerFactory.getLogger(ProcessReviver.class);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

  private final @Nullable Path directory;
  private final @Nullable Sandbox sandbox;
  private final Map<AgentRef, TrackedAgent> agents = new ConcurrentHashMap<>();
  private final Map<UUID, Path> cells = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "pit-process-watch");
            thread.setDaemon(true);
            return thread;
          });
  private final FlockHelper flockHelper;
  private final SharedProcessScans scans = new SharedProcessScans(threads);
  private final PreforkPool preforkPool;
  private final WarmUp warmUp;
  private final ProcessExitWatch exitWatch;

  /** Makes an instance for {@link #configured}. */
  public ProcessReviver() {
    this(null, null);
  }

  public ProcessReviver(@Nullable Path directory, @Nullable Sandbox sandbox) {
    this.directory = directory;
    this.sandbox = sandbox;
    ProgramLookup programs = ProgramLookup.ofThisMachine();
    this.flockHelper = new FlockHelper(programs, threads);
    this.preforkPool = new PreforkPool(programs, threads);
    this.warmUp = new WarmUp(flockHelper, scans, preforkPool);
    this.exitWatch =
        new ProcessExitWatch(
            scans, threads, agent -> agents.remove(agent.agent(), agent), this::release);
  }

  @Override
  public String name() {
    return "process";
  }

  @Override
  public Reviver configured(Settings settings) {
    Path state = toRealPath(settings.stateDirectory());
    return new ProcessReviver(state.resolve("agents"), Sandbox.configured(settings, state));
  }

  /** The kernel reports open files by their real paths, so lock names have to be real too. */
  private static Path toRealPath(Path directory) {
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
  public void claimed(UUID cellId, Path cellDirectory) throws IOException {
    warmUp.start(threads);
    cells.put(cellId, cellDirectory.toRealPath());
    // Another pit may have owned the cell meanwhile: the holder of the lock of an agent whose
    // leader is gone may be its successor.
    agents
        .values()
        .removeIf(
            agent ->
                agent.agent().cellId().equals(cellId) && (agent.ended() || !agent.leaderRuns()));
  }

  @Override
  public Presence presence(AgentRef agent) throws IOException, InterruptedException {
    TrackedAgent known = agents.get(agent);
    if (known != null) {
      return known.ended()
          ? new Presence.Absent(known.exit().join())
          : new Presence.Running(known.running());
    }
    AgentLock lock = lock(agent);
    // An agent may close inherited descriptors, and the lock with them: the record knows its pid.
    boolean absent =
        lock.isFree()
            && AgentRecord.read(recordFile(agent)).flatMap(AgentRecord::running).isEmpty();
    return absent
        ? new Presence.Absent("its lock is free")
        : new Presence.Running(adopt(agent, lock));
  }

  @Override
  public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
    AgentRef agent = order.agent();
    Duration grace = order.grace();
    long deadline = System.nanoTime() + grace.toNanos() + KILL_LIMIT.toNanos();
    TrackedAgent known = agents.get(agent);
    AgentLock lock = lock(agent);
    if (known != null && known.ended() && hasNoRemainder(known, lock)) {
      return new StopOutcome.Gone("no process of it runs and its lock is free");
    }
    ProcessTree tree = new ProcessTree(lock, scans);
    ProcessTree.Remainder found = tree.remaining();
    if (found.isEmpty()) {
      forgetUnlessEnded(agent, known);
      return new StopOutcome.Gone("no process of it runs and its lock is free");
    }
    if (order.isTooOldFor(found.incarnation())) {
      return new StopOutcome.TooOld(found.incarnation());
    }
    if (known != null && !known.ended() && !grace.isZero() && known.canHandleSignals()) {
      tree.terminate(known.leader().orElseThrow().pid());
      awaitExit(known, grace);
    }
    ProcessTree.Remainder left = tree.kill(tree.remaining(), order.incarnation(), deadline);
    if (order.isTooOldFor(left.incarnation())) {
      return new StopOutcome.TooOld(left.incarnation());
    }
    if (!left.isEmpty()) {
      return new StopOutcome.StillThere("could not be killed: " + ProcessTree.describe(left));
    }
    forgetUnlessEnded(agent, known);
    int members = found.members().size();
    return new StopOutcome.Gone(
        members + (members == 1 ? " process" : " processes") + " stopped and its lock is free");
  }

  /** The end may not be reported yet; from now on the lock decides. */
  private void forgetUnlessEnded(AgentRef agent, @Nullable TrackedAgent known) {
    if (known != null && !known.ended()) {
      agents.remove(agent, known);
    }
  }

  /**
   * Returns whether the end of an agent, which included a free lock, and the process scan that
   * began after the end of its leader prove its absence. Their order makes no difference: children
   * of a marked process are marked, and children of a mere lock holder hold the lock.
   */
  private static boolean hasNoRemainder(TrackedAgent ended, AgentLock lock)
      throws InterruptedException {
    Optional<CompletableFuture<ProcessScan>> scan = ended.freshScan();
    try {
      return scan.isPresent() && scan.get().get().members(lock).isEmpty();
    } catch (ExecutionException e) {
      log.debug("{}: process scan failed; scanning again", ended.agent(), e);
      return false;
    }
  }

  private static void awaitExit(TrackedAgent agent, Duration grace) throws InterruptedException {
    try {
      agent.exit().get(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.debug("{}: not ended within its grace of {}; killing", agent.agent(), grace);
    } catch (ExecutionException e) {
      throw new IllegalStateException("an exit cannot fail", e);
    }
  }

  @Override
  public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
    Launcher.Command command =
        order
            .command()
            .orElseThrow(() -> new IOException("no launcher in the configuration fits the agent"));
    cells.put(order.agent().cellId(), order.cellDirectory().toRealPath());
    AgentLock lock = lock(order.agent());
    lock.prepare();
    TrackedAgent before = agents.get(order.agent());
    boolean alone = before == null || before.ended();
    if (before != null && !alone && before.leaderRuns() && lock.isFree()) {
      // Its process is about to take the lock, and a second process could overtake it.
      throw new IOException("being started: " + before.running().description());
    }
    Sandbox.SandboxedCommand sandboxed = sandbox().prepare(order, command);
    Process process = start(processBuilder(order, command, sandboxed, lock), lock.files(), alone);
    Optional<AgentRecord> record =
        AgentRecord.of(process.pid(), order.incarnation())
            // Still alive after its pid was read: so the record is of this process.
            .filter(found -> process.isAlive());
    TrackedAgent started =
        TrackedAgent.of(order.agent(), order.incarnation(), "pid " + process.pid(), record);
    agents.put(order.agent(), started);
    record.ifPresent(found -> write(found, order.agent()));
    exitWatch.watchChild(started, lock, process);
    return started.running();
  }

  /** A preforked process would overtake an earlier start that has not taken the lock yet. */
  private Process start(ProcessBuilder builder, List<Path> locks, boolean alone)
      throws IOException, InterruptedException {
    Optional<Process> preforked = alone ? preforkPool.start(builder, locks) : Optional.empty();
    return preforked.isPresent()
        ? preforked.get()
        : builder.command(AgentLock.guard(locks, builder.command())).start();
  }

  /** The agent runs already, so a failure is only logged. */
  private void write(AgentRecord record, AgentRef agent) {
    try {
      record.write(recordFile(agent));
    } catch (IOException e) {
      log.warn("{}: record not written: {}; a later pit has to scan for it", agent, e.toString());
    }
  }

  /** Removes resources of an agent that is gone. */
  private void release(TrackedAgent agent) {
    try {
      sandbox().release(agent.agent(), agent.running().incarnation());
    } catch (IOException | RuntimeException e) {
      log.warn("{}: sandbox not removed", agent.agent(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ProcessBuilder processBuilder(
      StartOrder order,
      Launcher.Command command,
      Sandbox.SandboxedCommand sandboxed,
      AgentLock lock)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(sandboxed.arguments());
    builder.directory(
        command.workingDirectory().map(File::new).orElseGet(order.cellDirectory()::toFile));
    Map<String, String> environment = builder.environment();
    SystemdEnvironment.removeFrom(environment);
    environment.putAll(sandboxed.environment());
    environment.putAll(command.environment());
    environment.putAll(order.environment());
    environment.put(AgentMark.VARIABLE, lock.mark());
    builder.redirectInput(Redirect.from(new File("/dev/null")));
    builder.redirectErrorStream(true);
    builder.redirectOutput(Redirect.appendTo(requireRegular(order.log())));
    return builder;
  }

  /** An agent may write in its cell, and must not lead the pit elsewhere with a planted link. */
  private static File requireRegular(Path logFile) throws IOException {
    SafeDirectories.ensureAround(logFile);
    if (Files.exists(logFile, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(logFile, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(logFile + " is not a regular file, not written as a log");
    }
    return logFile.toFile();
  }

  private RunningAgent adopt(AgentRef agent, AgentLock lock)
      throws IOException, InterruptedException {
    Optional<AgentRecord> record =
        AgentRecord.read(recordFile(agent)).filter(found -> found.running().isPresent());
    if (record.isEmpty()) {
      record = leaderAmong(new ProcessTree(lock, scans).remaining().members());
    }
    TrackedAgent adopted =
        TrackedAgent.of(
            agent,
            record.map(AgentRecord::incarnation).orElse(0L),
            record.map(found -> "pid " + found.pid()).orElse("an unseen process"),
            record);
    agents.put(agent, adopted);
    sandbox().adopted(agent, adopted.running().incarnation());
    exitWatch.watchAdopted(adopted, lock);
    return adopted.running();
  }

  /** Finds the leader of an agent without a record: the pit died before it wrote one. */
  private static Optional<AgentRecord> leaderAmong(List<Long> members) {
    return members.stream()
        .map(pid -> AgentRecord.of(pid, ProcessTree.incarnationOf(pid)))
        .flatMap(Optional::stream)
        .min(Comparator.comparingLong(AgentRecord::startTick));
  }

  private AgentLock lock(AgentRef agent) throws IOException {
    String name = agent.agentId() + ".lock";
    return new AgentLock(
        flockHelper,
        directory(agent).resolve(name),
        Optional.ofNullable(cells.get(agent.cellId()))
            .map(cell -> cell.resolve(".lazarus").resolve("agents").resolve(name)));
  }

  private Path recordFile(AgentRef agent) throws IOException {
    return directory(agent).resolve(agent.agentId() + ".process");
  }

  private Path directory(AgentRef agent) throws IOException {
    if (directory == null) {
      throw new IOException("process reviver is not configured: no state directory");
    }
    return directory.resolve(agent.cellId().toString());
  }

  private Sandbox sandbox() throws IOException {
    if (sandbox == null) {
      throw new IOException("process reviver is not configured: no sandbox");
    }
    return sandbox;
  }

  @Override
  public void close() {
    exitWatch.close();
    preforkPool.close();
    flockHelper.close();
    threads.shutdownNow();
  }
}
