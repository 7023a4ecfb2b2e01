package org.lazaruspit.examples.pit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitBuilder;
import org.lazaruspit.pit.PitConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pit as a process of its own: it can be asked and told, and its agents outlive it. */
final class Daemon implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Daemon.class);

  private final StateDirectory state;
  private final Running running;
  private final ControlServer control;

  private Daemon(StateDirectory state, Running running, ControlServer control) {
    this.state = state;
    this.running = running;
    this.control = control;
  }

  /**
   * Starts the pit, and the interface where it can be asked. If one of them cannot be had, nobody
   * was started or stopped.
   */
  static Daemon start(PitConfig config, boolean dryRun) throws IOException {
    Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    try (Opened opened = new Opened()) {
      StateDirectory state = opened.keep(StateDirectory.take(config.stateDirectory()));
      PitBuilder builder = LazarusPit.builder(config);
      LazarusPit pit = opened.keep((dryRun ? builder.dryRun() : builder).build());
      Running running = new Running(startedAt, dryRun, config, pit);
      ControlServer control =
          opened.keep(ControlServer.open(config.control(), state.token(), Routes.of(running)));
      pit.start();
      control.start();
      state.announce(startedAt, control.uri());
      opened.allIsWell();
      return new Daemon(state, running, control);
    }
  }

  /** Where it can be asked. */
  URI url() {
    return control.uri();
  }

  /** What it runs. */
  Running running() {
    return running;
  }

  /** Lets go of agents and files; agents run on. */
  @Override
  public void close() throws IOException {
    control.close();
    running.work().pit().close();
    state.close();
  }

  /** Runs until SIGTERM or SIGINT. */
  static int run(ConfigFile file, boolean dryRun) throws IOException, InterruptedException {
    PitConfig config = file.load();
    obey(config.logLevel());
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Thread onSignal = new Thread(() -> endInOrder(told, ended), "pit-shutdown");
    try (Daemon daemon = start(config, dryRun)) {
      Runtime.getRuntime().addShutdownHook(onSignal);
      log.info(
          "pit {} works {} every {} s, asked at {}{}",
          ProcessHandle.current().pid(),
          config.missionsPath(),
          config.pollInterval().toSeconds(),
          daemon.url(),
          dryRun ? ", dry: it decides and does nothing" : "");
      told.await();
      log.info("told to end; the agents run on");
    } finally {
      ended.countDown();
    }
    return 0;
  }

  /** The JVM halts when its hooks are done: this one holds it until the pit has let go. */
  private static void endInOrder(CountDownLatch told, CountDownLatch ended) {
    told.countDown();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void obey(String level) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logback) {
      logback.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.toLevel(level, Level.INFO));
    }
  }
}
