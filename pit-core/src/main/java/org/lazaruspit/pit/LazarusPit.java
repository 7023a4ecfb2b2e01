package org.lazaruspit.pit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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
import org.lazaruspit.pit.internal.detection.EmbeddedRegistries;
import org.lazaruspit.pit.internal.detection.FallbackHealthRegistry;
import org.lazaruspit.pit.internal.loop.PitAssembly;
import org.lazaruspit.pit.internal.loop.RoundTrigger;
import org.lazaruspit.pit.internal.notify.ListenerQueue;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.internal.plugin.FencedReviver;
import org.lazaruspit.pit.internal.plugin.Plugins;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.HealthProbe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Supervisor of the agents below one missions root. A loop scans the cells, probes the agents,
 * judges the evidence and dispatches revivals. Agents outlive the pit: {@link #close} releases
 * them, and the next pit adopts them. Thread-safe.
 */
public final class LazarusPit implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LazarusPit.class);
  private static final Duration HEARTBEAT_FILES = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final PitConfig config;
  private final Plugins plugins;
  private final FencedReviver reviver;
  private final EmbeddedRegistries embedded;
  private final FallbackHealthRegistry fallback;
  private final ListenerQueue listeners;
  private final ExecutorService probing;
  private final ExecutorService attempts;
  private final ScheduledThreadPoolExecutor timer;
  private final PitAssembly parts;
  private final RevivalEngine engine;
  private final RoundTrigger trigger = new RoundTrigger();
  private final LogOnChange roundFailures = new LogOnChange();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Thread loop;

  @GuardedBy("lock")
  private boolean closed;

  LazarusPit(PitBuilder builder, Plugins plugins) throws IOException {
    config = builder.config;
    this.plugins = plugins;
    embedded = builder.embeddedRegistries();
    fallback = builder.fallbackRegistry();
    listeners =
        new ListenerQueue(builder.listeners, builder.afterEachLine, threads("pit-listener"));
    HealthProbe probe = plugins.probe(builder.probe);
    probing = Executors.newCachedThreadPool(threads("pit-probe"));
    reviver = plugins.reviver(builder.reviver);
    CellOwnership ownership = plugins.ownership(builder.ownership);
    plugins.reportUnusedSettings();
    attempts = Executors.newCachedThreadPool(threads("pit-revival"));
    timer = new ScheduledThreadPoolExecutor(1, threads("pit-timer"));
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    parts =
        new PitAssembly(
            config,
            new PitAssembly.PlugIns(probe, reviver, ownership),
            new PitAssembly.Registries(embedded, fallback),
            new PitAssembly.Clocks(builder.clock, System::nanoTime),
            new PitAssembly.Threads(probing, attempts, timer),
            listeners,
            trigger,
            this::loopRuns,
            builder.dryRun);
    engine = new RevivalEngine(parts.revivals());
  }

  /**
   * Creates a builder.
   *
   * @param config the configuration of the pit
   * @return a new builder with the built-in plug-ins and the system's clock
   */
  public static PitBuilder builder(PitConfig config) {
    return new PitBuilder(config);
  }

  /**
   * Starts the loop; the first round begins at once.
   *
   * @throws IllegalStateException if the pit was started or closed before
   */
  public void start() {
    lock.lock();
    try {
      if (loop != null || closed) {
        throw new IllegalStateException("pit: already started or closed");
      }
      embedded.listen(trigger::news);
      fallback.start(trigger::news);
      monitorHeartbeatFiles();
      parts.claims().watch(trigger::news);
      parts.watchdog().started();
      Thread thread = threads("pit-loop").newThread(this::loop);
      loop = thread;
      thread.start();
      parts.watchdog().start();
    } finally {
      lock.unlock();
    }
  }

  private void monitorHeartbeatFiles() {
    long millis = HEARTBEAT_FILES.toMillis();
    ScheduledFuture<?> unused =
        timer.scheduleWithFixedDelay(
            () -> parts.heartbeatFiles().poll(probing), millis, millis, TimeUnit.MILLISECONDS);
  }

  private void loop() {
    long poll = config.pollInterval().toNanos();
    long lastRound = 0;
    try {
      while (trigger.await(poll, lastRound)) {
        long began = System.nanoTime();
        runRound(began);
        lastRound = System.nanoTime() - began;
      }
    } catch (InterruptedException e) {
      log.debug("pit: loop interrupted; it ends");
    }
  }

  /** Catches every failure of a round: the agents have no other supervisor than the loop. */
  private void runRound(long began) throws InterruptedException {
    try {
      PitReport report = parts.runRound();
      listeners.roundEnded(report, Duration.ofNanos(System.nanoTime() - began));
      roundFailures.clear(this);
    } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
      if (Thread.currentThread().isInterrupted()) {
        log.debug("pit: closed during a round", e);
      } else if (roundFailures.isNew(this, e.toString())) {
        log.error("pit: round failed; the next rounds may fail too", e);
      }
    }
  }

  /** Starts the next round now instead of at the next poll. Does not wait for it. */
  public void wakeUp() {
    trigger.now();
  }

  /**
   * Returns the entry to revivals: requests, approvals, orders, explanations.
   *
   * @return the engine of this pit
   */
  public RevivalEngine engine() {
    return engine;
  }

  /**
   * Returns the missions of the cells that this pit owns, with their agents and tasks.
   *
   * @return each mission as last read, by cell id
   */
  public List<MissionCell> cells() {
    return parts.missions();
  }

  /**
   * Returns the report of the last round.
   *
   * @return the newest report; an empty one before the end of the first round
   */
  public PitReport report() {
    return parts.report();
  }

  /**
   * Returns the health of the pit itself: whether its loop is on time and acts on failures.
   *
   * @return the health, as of now
   */
  public PitHealth health() {
    return parts.watchdog().health();
  }

  private boolean loopRuns() {
    Thread running = loop;
    return running != null && running.isAlive();
  }

  /**
   * Returns every plug-in, and every setting of a plug-in, that is not used, with the reason.
   *
   * @return the problems found when this pit was built; empty without problems
   */
  public List<PluginProblem> pluginProblems() {
    return plugins.problems();
  }

  /**
   * Stops the loop and releases every agent and cell; agents run on. Interrupts a revival under
   * way; the next pit resumes it from the journal. Waits at most 5 s for the loop and 5 s for
   * revivals. A second call does nothing.
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
    parts.watchdog().close();
    trigger.close();
    embedded.close();
    timer.shutdownNow();
    probing.shutdownNow();
    attempts.shutdownNow();
    reviver.close();
    if (running != null) {
      running.interrupt();
    }
    awaitEnd(running);
    parts.close();
    listeners.close();
    plugins.close();
  }

  private void awaitEnd(@Nullable Thread running) {
    try {
      if (running != null) {
        running.join(CLOSE_LIMIT.toMillis());
      }
      if (!attempts.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("pit: a revival did not end within {}; its thread is abandoned", CLOSE_LIMIT);
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
