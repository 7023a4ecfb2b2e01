package org.lazaruspit.pit;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.Reviver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop: scans the missions root, probes the agents, judges, and has the dead revived. Agents
 * outlive it: {@link #close} lets go of them, and the next pit adopts them. Thread-safe.
 */
public final class LazarusPit implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LazarusPit.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final PitConfig config;
  private final boolean dryRun;
  private final Reviver reviver;
  private final RevivalEngine engine;
  private final CellRoster roster;
  private final Round round;
  private final CheckpointSweep sweep;
  private final Listeners listeners;
  private final ExecutorService attempts;
  private final ScheduledThreadPoolExecutor timer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wake = lock.newCondition();
  private volatile PitReport report;
  private @Nullable Thread loop;
  private boolean closed;
  private boolean woken = true;

  private LazarusPit(Builder builder) throws IOException {
    config = builder.config;
    dryRun = builder.dryRun;
    Probes probes = new Probes(builder.probe(), dryRun);
    reviver = builder.reviver();
    attempts = Executors.newCachedThreadPool(threads("pit-revival"));
    timer = new ScheduledThreadPoolExecutor(1, threads("pit-timer"));
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    listeners = new Listeners(builder.listeners, builder.afterEachLine, threads("pit-listener"));
    Targets targets = new Targets(config);
    AgentWatch watch = new AgentWatch(attempts);
    Works works = new Works();
    RevivalIds ids = new RevivalIds();
    Holds holds = new Holds();
    RevivalDispatcher dispatcher =
        new RevivalDispatcher(
            config,
            reviver,
            new RevivalRunner(config, reviver, probes, targets),
            new GivingUp(config, builder.clock, ids),
            holds,
            works,
            builder.clock,
            attempts,
            timer,
            watch::follow,
            builder.dryRun);
    engine =
        new RevivalEngine(
            config, builder.clock, ids, holds, dispatcher, works, builder.dryRun, this::wakeUp);
    watch.reportTo(engine);
    roster =
        new CellRoster(
            MissionStore.open(config.missionsPath()),
            builder.ownership(),
            engine,
            works,
            builder.clock,
            listeners,
            builder.dryRun);
    sweep = new CheckpointSweep(attempts);
    round = new Round(config, reviver, probes, targets, engine, watch, builder.clock);
    report = new PitReport(builder.clock.instant(), 0, List.of());
  }

  /**
   * A pit for this configuration.
   *
   * @param config what to do
   * @return a builder with the built-in plug-ins and the system's clock
   */
  public static Builder builder(PitConfig config) {
    return new Builder(config);
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
      loop = threads("pit-loop").newThread(this::loop);
      loop.start();
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    try {
      while (awaitTurn()) {
        runRound();
      }
    } catch (InterruptedException e) {
      log.debug("the loop was interrupted and ends");
    }
  }

  /** Nothing that one round meets may end the loop: it is all that watches. */
  private void runRound() throws InterruptedException {
    try {
      List<CellWork> works = roster.refresh();
      report = round.run(works);
      engine.judged(report);
      engine.dispatch();
      if (!dryRun) {
        sweep.begin(works);
      }
      listeners.roundEnded(report);
    } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
      log.error("this round broke off, the next one comes in {}", config.pollInterval(), e);
    }
  }

  /** Waits for the next poll or for a wake-up; false once the pit is closed. */
  private boolean awaitTurn() throws InterruptedException {
    lock.lock();
    try {
      long nanos = config.pollInterval().toNanos();
      while (!closed && !woken && nanos > 0) {
        nanos = wake.awaitNanos(nanos);
      }
      woken = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Has the next round begin now instead of at the next poll. */
  public void wakeUp() {
    lock.lock();
    try {
      woken = true;
      wake.signalAll();
    } finally {
      lock.unlock();
    }
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
   * The fleet as the last round found it.
   *
   * @return the newest report; an empty one before the first round
   */
  public PitReport report() {
    return report;
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
      wake.signalAll();
    } finally {
      lock.unlock();
    }
    timer.shutdownNow();
    attempts.shutdownNow();
    reviver.close();
    if (running != null) {
      running.interrupt();
    }
    awaitEnd(running);
    roster.close();
    listeners.close();
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

  /** Sets up a pit. Not thread-safe. */
  public static final class Builder {

    private final PitConfig config;
    private final List<PitListener> listeners = new ArrayList<>();
    private Runnable afterEachLine = () -> {};
    private boolean dryRun;
    private InstantSource clock = InstantSource.system();
    private @Nullable HealthProbe probe;
    private @Nullable Reviver reviver;
    private @Nullable CellOwnership ownership;

    private Builder(PitConfig config) {
      this.config = Objects.requireNonNull(config, "config");
    }

    /**
     * The wall clock, for what people read. Default: the system's.
     *
     * @param source the clock
     * @return this
     */
    public Builder clock(InstantSource source) {
      clock = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * The probe. Default: the plug-in {@code gateway-http}.
     *
     * @param instance a configured probe
     * @return this
     */
    public Builder probe(HealthProbe instance) {
      probe = Objects.requireNonNull(instance, "instance");
      return this;
    }

    /**
     * The reviver. Default: the plug-in that the configuration names.
     *
     * @param instance a configured reviver
     * @return this
     */
    public Builder reviver(Reviver instance) {
      reviver = Objects.requireNonNull(instance, "instance");
      return this;
    }

    /**
     * Who decides which pit works a cell. Default: the plug-in {@code file-lock}.
     *
     * @param instance a configured ownership
     * @return this
     */
    public Builder ownership(CellOwnership instance) {
      ownership = Objects.requireNonNull(instance, "instance");
      return this;
    }

    /**
     * Only decide and journal, and do nothing: nobody is started, stopped, registered or marked,
     * and the lines in the journal are marked {@code dry_run} and change no state. Default: no.
     *
     * @return this
     */
    public Builder dryRun() {
      dryRun = true;
      return this;
    }

    /**
     * Adds somebody who is told what the pit does. Default: nobody.
     *
     * @param listener whom to tell
     * @return this
     */
    public Builder listener(PitListener listener) {
      listeners.add(Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /** Called on the thread that wrote a line, before what it announces is done: for tests. */
    Builder afterEachLine(Runnable action) {
      afterEachLine = action;
      return this;
    }

    /**
     * The pit; nothing runs before it is started.
     *
     * @return a new pit
     * @throws IllegalArgumentException if the configuration names a plug-in that isn't there, or
     *     one refuses its settings
     * @throws IOException if the missions root cannot be opened
     */
    public LazarusPit build() throws IOException {
      return new LazarusPit(this);
    }

    private HealthProbe probe() {
      return probe != null
          ? probe
          : Providers.load("health probe", ServiceLoader.load(HealthProbe.class), HealthProbe::name)
              .named("gateway-http")
              .configured(Providers.settings(config, "gateway-http"));
    }

    private Reviver reviver() {
      return reviver != null
          ? reviver
          : Providers.load("reviver", ServiceLoader.load(Reviver.class), Reviver::name)
              .named(config.reviver())
              .configured(Providers.settings(config, config.reviver()));
    }

    private CellOwnership ownership() {
      return ownership != null
          ? ownership
          : Providers.load(
                  "cell ownership", ServiceLoader.load(CellOwnership.class), CellOwnership::name)
              .named("file-lock")
              .configured(Providers.settings(config, "file-lock"));
    }
  }
}
