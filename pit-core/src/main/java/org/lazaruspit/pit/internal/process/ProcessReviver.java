package org.lazaruspit.pit.internal.process;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.internal.isolation.Sandbox;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.lazaruspit.pit.internal.os.ProcFs.ProcessId;
import org.lazaruspit.pit.internal.os.ProcFs.Stat;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.internal.os.SafeDirectories;
import org.lazaruspit.pit.spi.AgentExit;
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
 * Runs agents as processes of this machine (Linux): each in a session of its own, under a keeper
 * that holds its lock until its last process has ended. Agents and keepers outlive the pit, and the
 * next pit adopts them. Thread-safe.
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
  private final KeeperTemplate keepers;
  private final RecordWatch records;
  private final WarmUp warmUp;
  private final ProcessExitWatch exitWatch;

  /** Makes an instance for {@link #configured}. */
  public ProcessReviver() {
    this(null, null, ProgramLookup.ofThisMachine());
  }

  public ProcessReviver(
      @Nullable Path directory, @Nullable Sandbox sandbox, ProgramLookup programs) {
    this.directory = directory;
    this.sandbox = sandbox;
    this.flockHelper = new FlockHelper(programs, threads);
    this.keepers = new KeeperTemplate(programs, threads);
    this.records = new RecordWatch(threads);
    this.warmUp = new WarmUp(flockHelper, scans, keepers);
    this.exitWatch =
        new ProcessExitWatch(
            threads,
            agent -> agents.remove(agent.agent(), agent),
            agent -> release(agent.agent(), agent.running().incarnation()));
  }

  @Override
  public String name() {
    return "process";
  }

  @Override
  public Reviver configured(Settings settings) {
    Path state = toRealPath(settings.stateDirectory());
    return new ProcessReviver(
        state.resolve("agents"),
        Sandbox.configured(settings, state),
        ProgramLookup.ofThisMachine());
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
                agent.agent().cellId().equals(cellId) && (agent.ended() || !agent.firstRuns()));
  }

  @Override
  public Presence presence(AgentRef agent) throws IOException, InterruptedException {
    TrackedAgent known = agents.get(agent);
    if (known == null) {
      AgentLock lock = lock(agent);
      Optional<AgentRecord> record = lock.record();
      boolean free = lock.isFree();
      if (free && record.isEmpty()) {
        return new Presence.Absent("not started on this machine, and its lock is free");
      }
      if (free && record.flatMap(AgentRecord::proof).isPresent()) {
        return absent(record.get());
      }
      known = adopt(agent, lock, record);
    }
    if (!known.ended() && !known.firstRuns()) {
      exitWatch.firstIsGone(known, lock(agent));
    }
    if (!known.ended()) {
      return new Presence.Running(known.running());
    }
    AgentExit exit = known.exit().join();
    if (known.lastEnded()) {
      return new Presence.Absent(exit);
    }
    ProcessTree.Remainder left = new ProcessTree(lock(agent), scans).recentlyRemaining();
    return left.isEmpty()
        ? new Presence.Absent(exit)
        : new Presence.Ended(exit, "left of it: " + left.describe());
  }

  private static Presence.Absent absent(AgentRecord record) {
    return record.ended().isPresent()
        ? new Presence.Absent(ExitStatus.ofWait(record.ended().getAsInt()))
        : new Presence.Absent(record.proof().orElseThrow().evidence());
  }

  @Override
  public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
    AgentRef agent = order.agent();
    Duration grace = order.grace();
    long deadline = System.nanoTime() + grace.toNanos() + KILL_LIMIT.toNanos();
    TrackedAgent known = agents.get(agent);
    ProcessTree tree = new ProcessTree(lock(agent), scans);
    ProcessTree.Remainder found = tree.remaining();
    if (found.isEmpty()) {
      return gone(agent, known, found, "");
    }
    if (order.isTooOldFor(found.incarnation())) {
      return new StopOutcome.TooOld(found.incarnation());
    }
    if (known != null && !known.ended() && !grace.isZero() && known.canHandleSignals()) {
      tree.terminate(known.first().orElseThrow().pid());
      awaitExit(known, grace);
    }
    ProcessTree.Remainder left = tree.kill(tree.remaining(), order.incarnation(), deadline);
    if (order.isTooOldFor(left.incarnation())) {
      return new StopOutcome.TooOld(left.incarnation());
    }
    if (!left.isEmpty()) {
      return new StopOutcome.StillThere("could not be killed: " + left.describe());
    }
    int members = found.members().size();
    String stopped = members + (members == 1 ? " process" : " processes") + " stopped, ";
    return gone(agent, known, left, members == 0 ? "" : stopped);
  }

  private StopOutcome.Gone gone(
      AgentRef agent, @Nullable TrackedAgent known, ProcessTree.Remainder left, String stopped)
      throws IOException {
    if (known != null && !known.ended()) {
      exitWatch.inspect(known, lock(agent)); // the report may be on its way
      known.end(new AgentExit(Instant.now(), "stopped"));
    }
    if (left.record().flatMap(AgentRecord::group).isPresent()) {
      sandbox().adopted(agent, left.incarnation());
    }
    release(agent, left.incarnation());
    return left.proof()
        .map(proof -> new StopOutcome.Gone(stopped + proof.evidence(), true))
        .orElseGet(() -> new StopOutcome.Gone(stopped + unproven(left), false));
  }

  private static String unproven(ProcessTree.Remainder left) {
    String nothing = "nothing known of it runs: no recorded, marked or lock-holding process";
    return left.record()
        .filter(AgentRecord::ofThisBoot)
        .map(AgentRecord::unproven)
        .filter(OptionalLong::isPresent)
        .map(number -> nothing + "; the end of incarnation " + number.getAsLong() + " is unproven")
        .orElse(nothing);
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
    if (before != null && !before.ended() && before.firstRuns() && lock.isFree()) {
      // Its process is about to take the lock, and a second process could overtake it.
      throw new IOException("being started: " + before.running().description());
    }
    Optional<AgentRecord> last = lock.record();
    if (last.filter(AgentRecord::runs).isPresent() && lock.isFree()) {
      // A process of the agent can let the lock go that it has inherited.
      throw new IOException("refused: incarnation " + last.get().incarnation() + " of it runs");
    }
    Sandbox.SandboxedCommand sandboxed = sandbox().prepare(order, command);
    ProcessBuilder builder = processBuilder(order, command, sandboxed, lock);
    String head =
        AgentRecord.head(
            order.incarnation(),
            sandboxed.uid(),
            sandboxed.group(),
            last.map(AgentRecord::unprovenForNext).orElse(OptionalLong.empty()));
    ProcessExitWatch.KeeperReports reports = exitWatch.new KeeperReports(lock);
    String name = order.agent().agentId() + " " + order.agent().cellId();
    Optional<KeeperTemplate.Started> kept =
        keepers.start(name, builder, lock.files(), lock.records(), head, reports);
    TrackedAgent started;
    if (kept.isPresent()) {
      started =
          track(
              order,
              Optional.of(kept.get().keeper()),
              Optional.of(kept.get().first()),
              kept.get().first().pid());
      reports.watch(started);
    } else {
      builder.command(AgentLock.guard(lock.files(), lock.records(), head, builder.command()));
      Process process = builder.start();
      started =
          track(order, Optional.empty(), ProcFs.stat(process.pid()).map(Stat::id), process.pid());
      exitWatch.watchChild(started, process);
    }
    return started.running();
  }

  private TrackedAgent track(
      StartOrder order, Optional<ProcessId> keeper, Optional<ProcessId> first, long pid) {
    TrackedAgent started =
        TrackedAgent.of(order.agent(), order.incarnation(), "pid " + pid, keeper, first);
    agents.put(order.agent(), started);
    return started;
  }

  /** Removes resources of an agent that is gone. */
  private void release(AgentRef agent, long incarnation) {
    try {
      sandbox().release(agent, incarnation);
    } catch (IOException | RuntimeException e) {
      log.warn("{}: sandbox not removed", agent, e);
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

  private TrackedAgent adopt(AgentRef agent, AgentLock lock, Optional<AgentRecord> record)
      throws IOException {
    Optional<ProcessId> first = record.filter(AgentRecord::ofThisBoot).map(AgentRecord::first);
    TrackedAgent adopted =
        TrackedAgent.of(
            agent,
            record.map(AgentRecord::incarnation).orElse(0L),
            first.map(found -> "pid " + found.pid()).orElse("an unseen process"),
            record.filter(AgentRecord::keeperRuns).flatMap(AgentRecord::keeper),
            first);
    agents.put(agent, adopted);
    sandbox().adopted(agent, adopted.running().incarnation());
    records.watch(lock.ownRecord(), () -> exitWatch.inspect(adopted, lock));
    exitWatch.watchAdopted(adopted, lock);
    return adopted;
  }

  private AgentLock lock(AgentRef agent) throws IOException {
    String name = agent.agentId() + ".lock";
    return new AgentLock(
        flockHelper,
        directory(agent).resolve(name),
        Optional.ofNullable(cells.get(agent.cellId()))
            .map(cell -> cell.resolve(".lazarus").resolve("agents").resolve(name)));
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
    keepers.close();
    records.close();
    flockHelper.close();
    threads.shutdownNow();
  }
}
