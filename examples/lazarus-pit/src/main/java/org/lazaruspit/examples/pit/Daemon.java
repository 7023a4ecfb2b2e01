package org.lazaruspit.examples.pit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitBuilder;
import org.lazaruspit.pit.PitConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pit as a process of its own: runs until SIGTERM or SIGINT, and lets its agents run on. */
final class Daemon {

  private static final Logger log = LoggerFactory.getLogger(Daemon.class);

  private Daemon() {}

  static int run(ConfigFile file, boolean dryRun) throws IOException, InterruptedException {
    PitConfig config = file.load();
    obey(config.logLevel());
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Thread onSignal = new Thread(() -> endInOrder(told, ended), "pit-shutdown");
    PitBuilder builder = LazarusPit.builder(config);
    try (LazarusPit pit = (dryRun ? builder.dryRun() : builder).build()) {
      Runtime.getRuntime().addShutdownHook(onSignal);
      pit.start();
      log.info(
          "pit {} works {} every {} s{}",
          ProcessHandle.current().pid(),
          config.missionsPath(),
          config.pollInterval().toSeconds(),
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
