package org.lazaruspit.examples.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Measures the processor time of heartbeats in all stores in one process, in batches and in a new
 * order each round. It is an alternative to {@link HeartbeatBenchmark} for a machine with other
 * load: compare the ratios, each the median over all rounds. {@code java -Xmx6g -cp benchmarks.jar
 * ...DuelMain [agents] [threads] [rounds]}
 */
public final class DuelMain {
  private static final int BATCH = 5_000;
  private static final List<String> NAMES =
      List.of("map-put", "map-cell", "registry", "caffeine", "pekko-deadline", "pekko-phi");
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private DuelMain() {}

  /**
   * Runs the measurement.
   *
   * @param args number of agents, of threads, of rounds
   */
  public static void main(String[] args) throws Exception {
    int agents = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    int threads = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 400;
    List<HeartbeatStore> stores = new ArrayList<>();
    for (String name : NAMES) {
      HeartbeatStore store = HeartbeatStore.of(name, agents);
      for (String id : Ids.shuffled(agents, 1)) {
        store.heartbeat(id);
      }
      stores.add(store);
    }
    String[] ids = Ids.shuffled(agents, 2);
    CyclicBarrier barrier = new CyclicBarrier(threads);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<double[][]>> futures = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int seed = t;
        futures.add(executor.submit(() -> compare(stores, ids, rounds, barrier, seed)));
      }
      report(agents, threads, futures.get(0).get());
    } finally {
      executor.shutdownNow();
    }
    System.exit(0);
  }

  private static double[][] compare(
      List<HeartbeatStore> stores, String[] ids, int rounds, CyclicBarrier barrier, int seed)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] nanos = new double[stores.size()][rounds];
    List<Integer> order =
        IntStream.range(0, stores.size()).boxed().collect(Collectors.toCollection(ArrayList::new));
    Random shuffle = new Random(1); // the same order in all threads
    for (int round = -rounds / 4; round < rounds; round++) {
      Collections.shuffle(order, shuffle);
      for (int k : order) {
        barrier.await();
        double spent = batch(stores.get(k), ids, random);
        if (round >= 0) {
          nanos[k][round] = spent;
        }
      }
    }
    return nanos;
  }

  private static double batch(HeartbeatStore store, String[] ids, SplittableRandom random) {
    long before = CPU.getCurrentThreadCpuTime();
    for (int i = 0; i < BATCH; i++) {
      store.heartbeat(ids[random.nextInt(ids.length)]);
    }
    return (CPU.getCurrentThreadCpuTime() - before) / (double) BATCH;
  }

  private static void report(int agents, int threads, double[][] nanos) {
    System.out.printf("%,d agents, %d threads, processor time per heartbeat%n", agents, threads);
    for (int k = 0; k < nanos.length; k++) {
      double[] times = nanos[k].clone();
      Arrays.sort(times);
      System.out.printf(
          "%-16s p10 %7.1f ns, median %7.1f ns, %.3f of map-put, registry %.3f of it%n",
          NAMES.get(k),
          times[times.length / 10],
          times[times.length / 2],
          medianRatio(nanos[k], nanos[0]),
          medianRatio(nanos[NAMES.indexOf("registry")], nanos[k]));
    }
  }

  private static double medianRatio(double[] ones, double[] others) {
    double[] ratios = new double[ones.length];
    Arrays.setAll(ratios, round -> ones[round] / others[round]);
    Arrays.sort(ratios);
    return ratios[ratios.length / 2];
  }
}
