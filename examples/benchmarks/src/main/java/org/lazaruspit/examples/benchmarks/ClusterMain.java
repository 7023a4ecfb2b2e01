package org.lazaruspit.examples.benchmarks;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.lazaruspit.examples.zookeeper.RandomFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs pits that share cells through ZooKeeper, with random faults: {@code java -cp benchmarks.jar
 * ...ClusterMain [minutes] [seed]}. Exits with 1 if two pits acted on one cell, an agent ran twice,
 * a journal decreased, or an agent did not run in the end.
 */
public final class ClusterMain {

  private ClusterMain() {}

  /**
   * Runs the cluster.
   *
   * @param args minutes, 60 by default; seed of the faults
   * @throws Exception if the cluster cannot be run
   */
  public static void main(String[] args) throws Exception {
    LoggerContext logs = (LoggerContext) LoggerFactory.getILoggerFactory();
    logs.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF); // the servers log a lot
    double minutes = args.length > 0 ? Double.parseDouble(args[0]) : 60;
    long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
    System.out.printf(
        Locale.ROOT,
        "%.1f minutes with seed %d, JDK %s, %d CPUs, load %s%n",
        minutes,
        seed,
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        Files.readString(Path.of("/proc/loadavg")).strip());
    Path folder = Files.createTempDirectory("cluster");
    try {
      Duration time = Duration.ofMillis((long) (minutes * 60_000));
      System.out.println(RandomFaults.run(folder, seed, time));
    } catch (AssertionError e) {
      System.out.printf("With seed %d, kept in %s: %s%n", seed, folder, e.getMessage());
      System.exit(1);
    }
    delete(folder);
    System.exit(0); // the threads of the servers would delay the exit
  }

  private static void delete(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }
}
