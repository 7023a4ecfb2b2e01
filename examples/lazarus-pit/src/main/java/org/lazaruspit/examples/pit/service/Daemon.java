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
import org.lazaruspit.examples.pit.metrics.Metrics;
import org.lazaruspit.examples.pit.page.ChangeCounter;
import org.lazaruspit.examples.pit.page.PageRoutes;
import org.lazaruspit.examples.pit.text.ErrorReport;
import org.lazaruspit.pit.PitConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pit as a process of its own: it can be asked and told, and its agents outlive it. */
public final class Daemon implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Daemon.class);

  private static final int OK = 0;

  private final StateDirectory state;
  private final CurrentPit running;
  private final ControlEndpoint control;

  private final LogCounts counts;

  private Daemon(
      StateDirectory state, CurrentPit running, ControlEndpoint control, LogCounts counts) {
    this.state = state;
    this.running = running;
    this.control = control;
    this.counts = counts;
  }

  /** As below, with a configuration that stays what it is. */
  public static Daemon start(PitConfig config, boolean dryRun) throws IOException {
    return start(() -> config, dryRun, () -> {});
  }

  /**
   * Starts the pit, and the interface where it can be asked. If one of them cannot be had, nobody
   * was started or stopped.
   *
   * @param giveUp what is done where a reload has left no pit that runs
   */
  public static Daemon start(ConfigSource source, boolean dryRun, Runnable giveUp)
      throws IOException {
    Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    PitConfig config = source.load();
    Logging.level(config.logLevel());
    try (ResourceStack opened = new ResourceStack()) {
      StateDirectory state = opened.keep(StateDirectory.take(config.stateDirectory()));
      LogCounts counts = Logging.count();
      opened.keep(counts::stop);
      Metrics metrics = new Metrics(counts);
      ChangeCounter changes = new ChangeCounter();
      PitFactory pits = new PitFactory(dryRun, List.of(metrics.listener(), changes));
      CurrentPit.Work work = pits.make(config);
      opened.keep(work.pit());
      CurrentPit running = new CurrentPit(startedAt, dryRun, work);
      metrics.show(running);
      ConfigReloader reloads =
          new ConfigReloader(source, pits, running, metrics.registry(), giveUp);
      List<Route> routes = new ArrayList<>(Routes.of(running, metrics.route(), reloads.route()));
      routes.addAll(PageRoutes.of(running, changes));
      ControlEndpoint control =
          opened.keep(ControlEndpoint.open(config.control(), state, startedAt, routes));
      reloads.move(control);
      work.pit().start();
      control.start();
      opened.allIsWell();
      return new Daemon(state, running, control, counts);
    }
  }

  /** Where it can be asked. */
  public URI url() {
    return control.uri();
  }

  /** What it runs. */
  public CurrentPit running() {
    return running;
  }

  /** Lets go of agents and files; agents run on. */
  @Override
  public void close() throws IOException {
    control.close();
    running.work().pit().close();
    state.close();
    counts.stop();
  }

  /** Runs until SIGTERM or SIGINT. */
  public static int run(ConfigFile file, boolean dryRun, Logging logging)
      throws IOException, InterruptedException {
    logging.begin();
    CompletableFuture<Integer> end = new CompletableFuture<>();
    CountDownLatch ended = new CountDownLatch(1);
    Thread onSignal = new Thread(() -> endInOrder(end, ended), "pit-shutdown");
    try (Daemon daemon = start(file::load, dryRun, () -> end.complete(ErrorReport.NO))) {
      Runtime.getRuntime().addShutdownHook(onSignal);
      PitConfig config = daemon.running().work().config();
      log.info(
          "pit {} works {} every {} s, asked at {}{}",
          ProcessHandle.current().pid(),
          config.missionsPath(),
          config.pollInterval().toSeconds(),
          daemon.url(),
          dryRun ? ", dry: it decides and does nothing" : "");
      int status;
      try (Systemd systemd = Systemd.ofThisProcess()) {
        systemd.ready("works " + config.missionsPath(), daemon.running()::loopRuns);
        status = end.join();
      }
      log.info("{}; the agents run on", status == OK ? "told to end" : "ends in trouble");
      return status;
    } finally {
      ended.countDown();
    }
  }

  /** The JVM halts when its hooks are done: this one holds it until the pit has let go. */
  private static void endInOrder(CompletableFuture<Integer> end, CountDownLatch ended) {
    end.complete(OK);
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
