package org.lazaruspit.examples.pit.service;

import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.lazaruspit.examples.pit.control.ControlEndpoint;
import org.lazaruspit.examples.pit.control.CurrentPit;
import org.lazaruspit.examples.pit.control.Route;
import org.lazaruspit.examples.pit.control.Routes;
import org.lazaruspit.examples.pit.control.StateDirectory;
import org.lazaruspit.examples.pit.metrics.LogCounts;
import org.lazaruspit.examples.pit.metrics.MetricsEndpoint;
import org.lazaruspit.examples.pit.page.ChangeCounter;
import org.lazaruspit.examples.pit.page.PageRoutes;
import org.lazaruspit.examples.pit.text.ErrorReport;
import org.lazaruspit.pit.PitConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pit as a process of its own, with a control interface. Its agents outlive it. */
public final class Daemon implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Daemon.class);

  private static final int OK = 0;

  private final StateDirectory state;
  private final CurrentPit current;
  private final ControlEndpoint control;

  private final LogCounts counts;

  private Daemon(
      StateDirectory state, CurrentPit current, ControlEndpoint control, LogCounts counts) {
    this.state = state;
    this.current = current;
    this.control = control;
    this.counts = counts;
  }

  /** Starts with a fixed configuration. */
  public static Daemon start(PitConfig config, boolean dryRun) throws IOException {
    return start(() -> config, dryRun, () -> {});
  }

  /**
   * Starts the pit and its control interface. If either fails, no agent was started or stopped.
   *
   * @param onFailure called if a reload leaves no running pit
   */
  public static Daemon start(ConfigSource source, boolean dryRun, Runnable onFailure)
      throws IOException {
    Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    PitConfig config = source.load();
    Logging.level(config.logLevel());
    try (ResourceStack resources = new ResourceStack()) {
      StateDirectory state = resources.add(StateDirectory.take(config.stateDirectory()));
      LogCounts counts = Logging.count();
      resources.add(counts::stop);
      MetricsEndpoint metrics = new MetricsEndpoint(counts);
      ChangeCounter changes = new ChangeCounter();
      PitFactory factory = new PitFactory(dryRun, List.of(metrics.listener(), changes));
      CurrentPit.Work work = factory.make(config);
      resources.add(work.pit());
      CurrentPit current = new CurrentPit(startedAt, dryRun, work);
      metrics.show(current);
      ConfigReloader reloader =
          new ConfigReloader(source, factory, current, metrics.registry(), onFailure);
      List<Route> routes = new ArrayList<>(Routes.of(current, metrics.route(), reloader.route()));
      routes.addAll(PageRoutes.of(current, changes));
      ControlEndpoint control =
          resources.add(ControlEndpoint.open(config.control(), state, startedAt, routes));
      reloader.setEndpoint(control);
      work.pit().start();
      control.start();
      resources.release();
      return new Daemon(state, current, control, counts);
    }
  }

  /** Returns the address of the control interface. */
  public URI url() {
    return control.uri();
  }

  /** Returns the pit that runs now. */
  public CurrentPit current() {
    return current;
  }

  /** Releases agents and files; agents run on. */
  @Override
  public void close() throws IOException {
    control.close();
    current.work().pit().close();
    state.close();
    counts.stop();
  }

  /** Runs until SIGTERM or SIGINT. */
  public static int run(ConfigFile file, boolean dryRun, Logging logging)
      throws IOException, InterruptedException {
    logging.start();
    CompletableFuture<Integer> end = new CompletableFuture<>();
    CountDownLatch ended = new CountDownLatch(1);
    Thread onSignal = new Thread(() -> endInOrder(end, ended), "pit-shutdown");
    try (Daemon daemon = start(file::load, dryRun, () -> end.complete(ErrorReport.NO))) {
      Runtime.getRuntime().addShutdownHook(onSignal);
      PitConfig config = daemon.current().work().config();
      long pid = ProcessHandle.current().pid();
      log.info(
          "pit {}: missions in {}, a round every {} s, control at {}{}",
          pid,
          config.missionsPath(),
          config.pollInterval().toSeconds(),
          daemon.url(),
          dryRun ? ", dry run: starts and stops no agent" : "");
      int status;
      try (Systemd systemd = Systemd.ofThisProcess()) {
        systemd.ready("missions in " + config.missionsPath(), daemon.current()::loopRuns);
        status = end.join();
      }
      log.info(
          "pit {}: {}; agents run on",
          pid,
          status == OK ? "stopped" : "stopped after a failed reload");
      return status;
    } finally {
      ended.countDown();
    }
  }

  /** Blocks this shutdown hook until the pit is closed: the JVM halts when its hooks return. */
  private static void endInOrder(CompletableFuture<Integer> end, CountDownLatch ended) {
    end.complete(OK);
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
