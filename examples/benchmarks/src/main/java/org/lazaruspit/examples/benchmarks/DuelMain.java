package org.lazaruspit.examples.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The heartbeats of all keepers in one process, in turn and batch by batch, in processor time: what
 * {@link HeartbeatBenchmark} measures, for a machine that has other things to do as well. Compare
 * the ratios. {@code java -Xmx6g -cp benchmarks.jar ...DuelMain [agents] [threads] [rounds]}
 */
public final class DuelMain {
  private static final int BATCH = 5_000;
  private static final List<String> NAMES =
      List.of(
          "map-put",
          "map-cell",
          "registry",
          "caffeine",
          "caffeine-spaced",
          "pekko-deadline",
          "pekko-phi");
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private DuelMain() {}

  /**
   * Runs once.
   *
   * @param args number of agents, of threads, of rounds
   */
  public static void main(String[] args) throws Exception {
    int agents = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    int threads = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 400;
    List<Keeper> keepers = new ArrayList<>();
    for (String name : NAMES) {
      Keeper keeper = Keeper.of(name, agents);
      for (String id : Ids.shuffled(agents, 1)) {
        keeper.beat(id);
      }
      keepers.add(keeper);
    }
    String[] ids = Ids.shuffled(agents, 2);
    CyclicBarrier barrier = new CyclicBarrier(threads);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<double[][]>> futures = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int seed = t;
        futures.add(executor.submit(() -> duel(keepers, ids, rounds, barrier, seed)));
      }
      report(agents, threads, futures.get(0).get());
    } finally {
      executor.shutdownNow();
    }
    System.exit(0);
  }

  private static double[][] duel(
      List<Keeper> keepers, String[] ids, int rounds, CyclicBarrier barrier, int seed)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] nanos = new double[keepers.size()][rounds];
    for (int round = -rounds / 4; round < rounds; round++) {
      for (int k = 0; k < keepers.size(); k++) {
        barrier.await();
        double spent = batch(keepers.get(k), ids, random);
        if (round >= 0) {
          nanos[k][round] = spent;
        }
      }
    }
    return nanos;
  }

  private static double batch(Keeper keeper, String[] ids, SplittableRandom random) {
    long before = CPU.getCurrentThreadCpuTime();
    for (int i = 0; i < BATCH; i++) {
      keeper.beat(ids[random.nextInt(ids.length)]);
    }
    return (CPU.getCurrentThreadCpuTime() - before) / (double) BATCH;
  }

  private static void report(int agents, int threads, double[][] nanos) {
    System.out.printf("%,d agents, %d threads, processor time of a heartbeat%n", agents, threads);
    for (double[] times : nanos) {
      Arrays.sort(times);
    }
    for (int k = 0; k < nanos.length; k++) {
      double[] times = nanos[k];
      System.out.printf(
          "%-16s p10 %7.1f ns, median %7.1f ns, median is %.2f of map-put, %.2f of map-cell%n",
          NAMES.get(k),
          times[times.length / 10],
          times[times.length / 2],
          times[times.length / 2] / nanos[0][nanos[0].length / 2],
          times[times.length / 2] / nanos[1][nanos[1].length / 2]);
    }
  }
}
