package org.lazaruspit.examples.benchmarks;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One heartbeat of a healthy agent. Run with {@code -prof gc} for what it allocates, and with
 * {@code -t 2} for two threads; the ids are picked at random, so that a large fleet pays for its
 * cache misses.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgs = {"-Xms3g", "-Xmx3g", "-XX:+UseParallelGC"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class HeartbeatBenchmark {
  /** How many agents. */
  @Param({"10000", "1000000"})
  public int agents;

  /** Who keeps their times. */
  @Param({
    "map-put",
    "map-cell",
    "registry",
    "caffeine",
    "caffeine-spaced",
    "pekko-deadline",
    "pekko-phi"
  })
  public String keeper = "";

  private String[] ids = {};
  private Keeper kept = Keeper.of("map-cell", 1);

  /** Registers all. */
  @Setup(Level.Trial)
  public void register() {
    kept = Keeper.of(keeper, agents);
    for (String id : Ids.shuffled(agents, 1)) {
      kept.beat(id);
    }
    ids = Ids.shuffled(agents, 2);
  }

  /** A heartbeat of one of them. */
  @Benchmark
  public void beat() {
    kept.beat(ids[ThreadLocalRandom.current().nextInt(ids.length)]);
  }
}
