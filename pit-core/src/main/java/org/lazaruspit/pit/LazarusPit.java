package org.lazaruspit.pit;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.cell.OwnedCells;
import org.lazaruspit.pit.internal.detection.EmbeddedRegistries;
import org.lazaruspit.pit.internal.detection.FallbackHealthRegistry;
import org.lazaruspit.pit.internal.detection.GatewayPoller;
import org.lazaruspit.pit.internal.detection.GatewaySubscriptions;
import org.lazaruspit.pit.internal.detection.HeartbeatFileMonitor;
import org.lazaruspit.pit.internal.detection.ProbeRouter;
import org.lazaruspit.pit.internal.detection.ProbeTargets;
import org.lazaruspit.pit.internal.journal.RevivalIds;
import org.lazaruspit.pit.internal.loop.CellClaims;
import org.lazaruspit.pit.internal.loop.CheckpointCommitter;
import org.lazaruspit.pit.internal.loop.ExitWatch;
import org.lazaruspit.pit.internal.loop.RoundTrigger;
import org.lazaruspit.pit.internal.loop.SupervisionRound;
import org.lazaruspit.pit.internal.loop.Watchdog;
import org.lazaruspit.pit.internal.notify.ListenerQueue;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.internal.plugin.FencedReviver;
import org.lazaruspit.pit.internal.plugin.Plugins;
import org.lazaruspit.pit.internal.revival.CanaryGate;
import org.lazaruspit.pit.internal.revival.QuarantinePlanner;
import org.lazaruspit.pit.internal.revival.RevivalDispatcher;
import org.lazaruspit.pit.internal.revival.RevivalRunner;
import org.lazaruspit.pit.spi.CellOwnership;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop: scans the missions root, probes the agents, judges, and has the dead revived. Agents
 * outlive it: {@link #close} lets go of them, and the next pit adopts them. Thread-safe.
 */
public final class LazarusPit implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LazarusPit.class);
  private static final Duration HEARTBEAT_FILES = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final PitConfig config;
  private final boolean dryRun;
  private final Plugins plugins;
  private final FencedReviver reviver;
  private final RevivalEngine engine;
  private final OwnedCells works;
  private final CellClaims roster;
  private final SupervisionRound round;
  private final CheckpointCommitter sweep;
  private final ListenerQueue listeners;
  private final ExecutorService attempts;
  private final ScheduledThreadPoolExecutor timer;
  private final EmbeddedRegistries registries;
  private final FallbackHealthRegistry rules;
  private final ProbeRouter probes;
  private final ExecutorService asking;
  private final GatewaySubscriptions ears;
  private final Watchdog watchdog;
  private final RoundTrigger wakeups = new RoundTrigger();
  private final LogOnChange broken = new LogOnChange();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile PitReport report;
  private volatile @Nullable Thread loop;
  private boolean closed;

  LazarusPit(PitBuilder builder, Plugins plugins) throws IOException {
    config = builder.config;
    dryRun = builder.dryRun;
    this.plugins = plugins;
    registries = builder.registries();
    rules = builder.ownRules();
    listeners =
        new ListenerQueue(builder.listeners, builder.afterEachLine, threads("pit-listener"));
    probes =
        new ProbeRouter(
            plugins.probe(builder.probe),
            registries,
            rules,
            new HeartbeatFileMonitor.Settings(builder.clock, config.timeout()),
            listeners::heartbeatPassed,
            dryRun);
    asking = Executors.newCachedThreadPool(threads("pit-probe"));
    reviver = plugins.reviver(builder.reviver);
    CellOwnership ownership = plugins.ownership(builder.ownership);
    plugins.reportUnusedSettings();
    attempts = Executors.newCachedThreadPool(threads("pit-revival"));
    timer = new ScheduledThreadPoolExecutor(1, threads("pit-timer"));
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    ProbeTargets targets = new ProbeTargets(config, registries);
    ExitWatch watch = new ExitWatch(attempts);
    works = new OwnedCells();
    RevivalIds ids = new RevivalIds();
    QuarantinePlanner givingUp = new QuarantinePlanner(config, builder.clock, ids);
    CanaryGate holds = new CanaryGate();
    RevivalDispatcher dispatcher =
        new RevivalDispatcher(
            config,
            reviver,
            new RevivalRunner(config, reviver, probes, targets),
            givingUp,
            holds,
            works,
            builder.clock,
            attempts,
            timer,
            watch::follow,
            builder.dryRun);
    engine =
        new RevivalEngine(
            config,
            builder.clock,
            ids,
            givingUp,
            holds,
            dispatcher,
            works,
            builder.dryRun,
            this::wakeUp);
    watch.reportTo(engine);
    roster =
        new CellClaims(
            MissionStore.open(config.missionsPath()),
            ownership,
            reviver,
            engine,
            works,
            builder.clock,
            listeners,
            builder.dryRun);
    watchdog = new Watchdog(config.pollInterval(), System::nanoTime, builder.clock, this::loopRuns);
    ears = new GatewaySubscriptions(probes, wakeups::news);
    sweep = new CheckpointCommitter(attempts);
    round =
        new SupervisionRound(
            config,
            reviver,
            new GatewayPoller(probes, asking, wakeups::news),
            ears,
            rules,
            watchdog,
            targets,
            engine,
            watch,
            builder.clock);
    report = new PitReport(builder.clock.instant(), 0, List.of(), List.of());
  }

  /**
   * A pit for this configuration.
   *
   * @param config what to do
   * @return a builder with the built-in plug-ins and the system's clock
   */
  public static PitBuilder builder(PitConfig config) {
    return new PitBuilder(config);
  }

  /**
   * Starts the loop; its first round begins at once.
   *
   * @throws IllegalStateException if it was started or closed before
   */
  public void start() {
    lock.lock();
    try {
      if (loop != null || closed) {
        throw new IllegalStateException("a pit is started once");
      }
      registries.listen(wakeups::news);
      rules.start(wakeups::news);
      lookAtHeartbeatFiles();
      roster.watch(wakeups::news);
      watchdog.started();
      Thread thread = threads("pit-loop").newThread(this::loop);
      loop = thread;
      thread.start();
      watchdog.start();
    } finally {
      lock.unlock();
    }
  }

  private void lookAtHeartbeatFiles() {
    long millis = HEARTBEAT_FILES.toMillis();
    ScheduledFuture<?> unused =
        timer.scheduleWithFixedDelay(
            () -> probes.files().look(asking), millis, millis, TimeUnit.MILLISECONDS);
  }

  private void loop() {
    long poll = config.pollInterval().toNanos();
    long lastRound = 0;
    try {
      while (wakeups.await(poll, lastRound)) {
        long began = System.nanoTime();
        runRound();
        lastRound = System.nanoTime() - began;
      }
    } catch (InterruptedException e) {
      log.debug("the loop was interrupted and ends");
    }
  }

  /** Nothing that one round meets may end the loop: it is all that watches. */
  private void runRound() throws InterruptedException {
    long began = System.nanoTime();
    try {
      List<OwnedCell> works = roster.refresh();
      report = round.run(works);
      engine.judged(report);
      engine.dispatch();
      if (!dryRun) {
        sweep.begin(works);
      }
      listeners.roundEnded(report, Duration.ofNanos(System.nanoTime() - began));
      watchdog.roundEnded();
      broken.clear(this);
    } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
      if (Thread.currentThread().isInterrupted()) {
        log.debug("the pit was closed in the middle of a round", e);
      } else if (broken.isNew(this, e.toString())) {
        log.error("this round broke off, and so may each one that comes, until it is mended", e);
      }
    }
  }

  /** Has the next round begin now instead of at the next poll. */
  public void wakeUp() {
    wakeups.now();
  }

  /**
   * The door to revivals.
   *
   * @return the engine of this pit
   */
  public RevivalEngine engine() {
    return engine;
  }

  /**
   * The missions that this pit works, with their agents and tasks.
   *
   * @return each as it was last read, by cell id
   */
  public List<MissionCell> cells() {
    return works.all().stream().map(OwnedCell::cell).toList();
  }

  /**
   * The fleet as the last round found it.
   *
   * @return the newest report; an empty one before the first round
   */
  public PitReport report() {
    return report;
  }

  /**
   * How the pit itself is doing.
   *
   * @return whether its loop is on time and does something about what it sees
   */
  public PitHealth health() {
    return watchdog.health();
  }

  private boolean loopRuns() {
    Thread running = loop;
    return running != null && running.isAlive();
  }

  /**
   * Every plug-in, and every setting for one, that is not used, and why.
   *
   * @return what was found when this pit was built; empty where all is well
   */
  public List<PluginProblem> pluginProblems() {
    return plugins.problems();
  }

  /**
   * Ends the loop and lets go of every agent and cell; agents run on. A revival under way is broken
   * off where it is, and the journal tells the next pit. Waits at most 5 s. A second call does
   * nothing.
   */
  @Override
  public void close() {
    Thread running;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      running = loop;
    } finally {
      lock.unlock();
    }
    watchdog.close();
    wakeups.close();
    registries.close();
    timer.shutdownNow();
    asking.shutdownNow();
    attempts.shutdownNow();
    reviver.close();
    if (running != null) {
      running.interrupt();
    }
    awaitEnd(running);
    ears.close();
    rules.close();
    roster.close();
    listeners.close();
    plugins.close();
  }

  private void awaitEnd(@Nullable Thread running) {
    try {
      if (running != null) {
        running.join(CLOSE_LIMIT.toMillis());
      }
      if (!attempts.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("a revival did not end within {} and is left to itself", CLOSE_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ThreadFactory threads(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
