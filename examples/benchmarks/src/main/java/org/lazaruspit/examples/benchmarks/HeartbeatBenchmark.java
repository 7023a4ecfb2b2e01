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
 * Measures one heartbeat of a healthy agent. Run with {@code -prof gc} for allocations, and with
 * {@code -t 2} for two threads. The ids are random, so that a large fleet has realistic cache
 * misses.
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
  /** Number of agents. */
  @Param({"10000", "1000000"})
  public int agents;

  /** Name of the store. */
  @Param({
    "map-put",
    "map-cell",
    "registry",
    "caffeine",
    "caffeine-spaced",
    "pekko-deadline",
    "pekko-phi"
  })
  public String store = "";

  private String[] ids = {};
  private HeartbeatStore heartbeats = HeartbeatStore.of("map-cell", 1);

  /** Registers all agents. */
  @Setup(Level.Trial)
  public void register() {
    heartbeats = HeartbeatStore.of(store, agents);
    for (String id : Ids.shuffled(agents, 1)) {
      heartbeats.heartbeat(id);
    }
    ids = Ids.shuffled(agents, 2);
  }

  /** Records a heartbeat of a random agent. */
  @Benchmark
  public void beat() {
    heartbeats.heartbeat(ids[ThreadLocalRandom.current().nextInt(ids.length)]);
  }
}
