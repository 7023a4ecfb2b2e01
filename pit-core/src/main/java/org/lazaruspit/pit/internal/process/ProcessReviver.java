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
 * Agents as processes of this machine (Linux): each in a session of its own, under a lock that the
 * kernel keeps for its whole tree, outliving the pit and adopted by the next one. Thread-safe.
 */
public final class ProcessReviver implements Reviver {

  private static final Logger log = LoggerFactory.getLogger(ProcessReviver.class);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

  private final @Nullable Path directory;
  private final @Nullable Sandbox isolation;
  private final Map<AgentRef, TrackedAgent> held = new ConcurrentHashMap<>();
  private final Map<UUID, Path> cells = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "pit-process-watch");
            thread.setDaemon(true);
            return thread;
          });
  private final FlockHelper desk;
  private final SharedProcessScans scans = new SharedProcessScans(threads);
  private final PreforkPool ready;
  private final WarmUp warmUp;
  private final ProcessExitWatch ends;

  /** An instance that still has to be {@link #configured}. */
  public ProcessReviver() {
    this(null, null);
  }

  public ProcessReviver(@Nullable Path directory, @Nullable Sandbox isolation) {
    this.directory = directory;
    this.isolation = isolation;
    ProgramLookup programs = ProgramLookup.ofThisMachine();
    this.desk = new FlockHelper(programs, threads);
    this.ready = new PreforkPool(programs, threads);
    this.warmUp = new WarmUp(desk, scans, ready);
    this.ends =
        new ProcessExitWatch(
            scans, threads, agent -> held.remove(agent.agent(), agent), this::release);
  }

  @Override
  public String name() {
    return "process";
  }

  @Override
  public Reviver configured(Settings settings) {
    Path state = real(settings.stateDirectory());
    return new ProcessReviver(state.resolve("agents"), Sandbox.configured(settings, state));
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
  public void claimed(UUID cellId, Path cellDirectory) throws IOException {
    warmUp.begin(threads);
    cells.put(cellId, cellDirectory.toRealPath());
    // Another pit may have worked it meanwhile: what has ended since is asked of the kernel. Who
    // holds the lock of one whose first process is gone may be its successor.
    held.values()
        .removeIf(
            agent ->
                agent.agent().cellId().equals(cellId) && (agent.ended() || !agent.leaderRuns()));
  }

  @Override
  public Presence presence(AgentRef agent) throws IOException, InterruptedException {
    TrackedAgent known = held.get(agent);
    if (known != null) {
      return known.ended()
          ? new Presence.Absent(known.exit().join())
          : new Presence.Running(known.running());
    }
    AgentLock lock = lock(agent);
    // Some close inherited descriptors, and the lock with them: then the record knows the process.
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
    TrackedAgent known = held.get(agent);
    AgentLock lock = lock(agent);
    if (known != null && known.ended() && leftNothing(known, lock)) {
      return new StopOutcome.Gone("nothing of it runs and its lock is free");
    }
    ProcessTree tree = new ProcessTree(lock, scans);
    ProcessTree.Left found = tree.left();
    if (found.nothing()) {
      provenGone(agent, known);
      return new StopOutcome.Gone("nothing of it runs and its lock is free");
    }
    if (order.isTooOldFor(found.incarnation())) {
      return new StopOutcome.TooOld(found.incarnation());
    }
    if (known != null && !known.ended() && !grace.isZero() && known.canListen()) {
      tree.terminate(known.leader().orElseThrow().pid());
      awaitExit(known, grace);
    }
    ProcessTree.Left left = tree.kill(tree.left(), order.incarnation(), deadline);
    if (order.isTooOldFor(left.incarnation())) {
      return new StopOutcome.TooOld(left.incarnation());
    }
    if (!left.nothing()) {
      return new StopOutcome.StillThere("could not be killed: " + ProcessTree.describe(left));
    }
    provenGone(agent, known);
    int members = found.members().size();
    return new StopOutcome.Gone(
        members + (members == 1 ? " process" : " processes") + " stopped and its lock is free");
  }

  /** Its end may not have been told yet; whoever looks from now on asks the kernel anew. */
  private void provenGone(AgentRef agent, @Nullable TrackedAgent known) {
    if (known != null && !known.ended()) {
      held.remove(agent, known);
    }
  }

  /**
   * Whoever has just told of an agent's end has seen its lock free, and the look at all processes
   * that began when its first one had ended answers the rest: nothing that has ended can have come
   * back by itself. Which of the two was seen first makes no difference: what carries the mark has
   * children that carry it, and what only holds the lock has children that hold it.
   */
  private static boolean leftNothing(TrackedAgent ended, AgentLock lock)
      throws InterruptedException {
    Optional<CompletableFuture<ProcessScan>> look = ended.freshLook();
    try {
      return look.isPresent() && look.get().get().members(lock).isEmpty();
    } catch (ExecutionException e) {
      log.debug("{}: looked at once more", ended.agent(), e);
      return false;
    }
  }

  private static void awaitExit(TrackedAgent agent, Duration grace) throws InterruptedException {
    try {
      agent.exit().get(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.debug("{}: did not end within its grace of {}", agent.agent(), grace);
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
    cells.put(order.agent().cellId(), order.cellDirectory().toRealPath());
    AgentLock lock = lock(order.agent());
    lock.prepare();
    Sandbox.SandboxedCommand walled = isolation().prepare(order, command);
    TrackedAgent before = held.get(order.agent());
    boolean alone = before == null || before.ended();
    Process process = start(processBuilder(order, command, walled, lock), lock.files(), alone);
    Optional<AgentRecord> record =
        AgentRecord.of(process.pid(), order.incarnation())
            // Still alive after its number was looked up: so that was its own.
            .filter(found -> process.isAlive());
    TrackedAgent started =
        TrackedAgent.of(order.agent(), order.incarnation(), "pid " + process.pid(), record);
    held.put(order.agent(), started);
    record.ifPresent(found -> write(found, order.agent()));
    ends.ofChild(started, lock, process);
    return started.running();
  }

  /** One that is started while another may still be on its way to the lock must not overtake it. */
  private Process start(ProcessBuilder builder, List<Path> locks, boolean alone)
      throws IOException, InterruptedException {
    Optional<Process> waited = alone ? ready.become(builder, locks) : Optional.empty();
    return waited.isPresent()
        ? waited.get()
        : builder.command(AgentLock.guard(locks, builder.command())).start();
  }

  /** It runs already: that its record cannot be written must not make it a stranger. */
  private void write(AgentRecord record, AgentRef agent) {
    try {
      record.write(recordFile(agent));
    } catch (IOException e) {
      log.warn("{}: runs, but a later pit has to search for it: {}", agent, e.toString());
    }
  }

  /** Takes away what only a living agent needs. */
  private void release(TrackedAgent agent) {
    try {
      isolation().release(agent.agent(), agent.running().incarnation());
    } catch (IOException | RuntimeException e) {
      log.warn("{}: what its walls needed is left behind", agent.agent(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ProcessBuilder processBuilder(
      StartOrder order, Launcher.Command command, Sandbox.SandboxedCommand walled, AgentLock lock)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(walled.arguments());
    builder.directory(
        command.workingDirectory().map(File::new).orElseGet(order.cellDirectory()::toFile));
    Map<String, String> environment = builder.environment();
    SystemdEnvironment.removeFrom(environment);
    environment.putAll(walled.environment());
    environment.putAll(command.environment());
    environment.putAll(order.environment());
    environment.put(AgentMark.VARIABLE, lock.mark());
    builder.redirectInput(Redirect.from(new File("/dev/null")));
    builder.redirectErrorStream(true);
    builder.redirectOutput(Redirect.appendTo(ownFile(order.log())));
    return builder;
  }

  /** An agent may write its cell's folders: a link planted as its log must not lead elsewhere. */
  private static File ownFile(Path logFile) throws IOException {
    SafeDirectories.ensureAround(logFile);
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
      record = leaderAmong(new ProcessTree(lock, scans).left().members());
    }
    TrackedAgent adopted =
        TrackedAgent.of(
            agent,
            record.map(AgentRecord::incarnation).orElse(0L),
            record.map(found -> "pid " + found.pid()).orElse("a process that cannot be seen"),
            record);
    held.put(agent, adopted);
    isolation().adopted(agent, adopted.running().incarnation());
    ends.ofAdopted(adopted, lock);
    return adopted.running();
  }

  /** The pit died before it could write down whom it had started: the processes themselves know. */
  private static Optional<AgentRecord> leaderAmong(List<Long> members) {
    return members.stream()
        .map(pid -> AgentRecord.of(pid, ProcessTree.incarnationOf(pid)))
        .flatMap(Optional::stream)
        .min(Comparator.comparingLong(AgentRecord::startTick));
  }

  private AgentLock lock(AgentRef agent) throws IOException {
    String name = agent.agentId() + ".lock";
    return new AgentLock(
        desk,
        directory(agent).resolve(name),
        Optional.ofNullable(cells.get(agent.cellId()))
            .map(cell -> cell.resolve(".lazarus").resolve("agents").resolve(name)));
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

  private Sandbox isolation() throws IOException {
    if (isolation == null) {
      throw new IOException("the process reviver builds no walls: it was never configured");
    }
    return isolation;
  }

  @Override
  public void close() {
    ends.close();
    ready.close();
    desk.close();
    threads.shutdownNow();
  }
}
