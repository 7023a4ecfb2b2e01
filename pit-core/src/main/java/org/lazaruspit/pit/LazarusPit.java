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
 * The loop: scans the missions root, probes the agents, judges, and has the dead revived. Agents
 * outlive it: {@link #close} lets go of them, and the next pit adopts them. Thread-safe.
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
  private final LogOnChange broken = new LogOnChange();
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
      log.debug("the loop was interrupted and ends");
    }
  }

  /** The loop survives every failure of a round: nothing else supervises. */
  private void runRound(long began) throws InterruptedException {
    try {
      PitReport report = parts.runRound();
      listeners.roundEnded(report, Duration.ofNanos(System.nanoTime() - began));
      broken.clear(this);
    } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
      if (Thread.currentThread().isInterrupted()) {
        log.debug("the pit closes during a round", e);
      } else if (broken.isNew(this, e.toString())) {
        log.error("this round failed, and the next rounds may fail as well", e);
      }
    }
  }

  /** Begins the next round now instead of at the next poll. */
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
   * The missions that this pit works, with their agents and tasks.
   *
   * @return each as it was last read, by cell id
   */
  public List<MissionCell> cells() {
    return parts.missions();
  }

  /**
   * The fleet as the last round found it.
   *
   * @return the newest report; an empty one before the first round
   */
  public PitReport report() {
    return parts.report();
  }

  /**
   * How the pit itself is doing.
   *
   * @return whether its loop is on time and does something about what it sees
   */
  public PitHealth health() {
    return parts.watchdog().health();
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
        log.warn("a revival did not end within {}; its thread is abandoned", CLOSE_LIMIT);
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
