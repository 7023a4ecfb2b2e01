package org.lazaruspit.examples.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.lazaruspit.heartbeat.HealthCause;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HealthRules;

/**
 * Measures the delay from a deadline to the detection of silence, and the cost of the watch, while
 * a large fleet sends heartbeats: {@code java -cp benchmarks.jar ...NoticeMain [agents] [time-out
 * in s] [seconds to run]}. One agent in a hundred falls silent, each at another time.
 */
public final class NoticeMain {
  private NoticeMain() {}

  /**
   * Runs the measurement.
   *
   * @param args number of agents, time-out in seconds, seconds to run
   */
  public static void main(String[] args) throws InterruptedException {
    int agents = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    int timeout = args.length > 1 ? Integer.parseInt(args[1]) : 20;
    int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 45;
    HealthRules rules = HealthRules.builder().timeout(Duration.ofSeconds(timeout)).build();
    Map<String, Long> lastHeartbeats = new ConcurrentHashMap<>();
    ConcurrentLinkedQueue<Long> lags = new ConcurrentLinkedQueue<>();
    try (HealthRegistry registry = HealthRegistry.builder().rules(rules).build()) {
      registry.addListener(
          "lag",
          event -> {
            boolean silent = event.cause() == HealthCause.SILENCE;
            Long last = silent ? lastHeartbeats.remove(event.agentId()) : null;
            if (last != null) {
              lags.add(System.nanoTime() - last - TimeUnit.SECONDS.toNanos(timeout));
            }
          });
      registry.start();
      run(registry, agents, timeout, seconds, lastHeartbeats);
    }
    report(lags, lastHeartbeats.size());
  }

  private static void run(
      HealthRegistry registry,
      int agents,
      int timeout,
      int seconds,
      Map<String, Long> lastHeartbeats)
      throws InterruptedException {
    String[] ids = Ids.shuffled(agents, 1);
    for (String id : ids) {
      registry.heartbeat(id);
    }
    Thread watch =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("heartbeat-watch"))
            .findFirst()
            .orElseThrow();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long cpuBefore = threads.getThreadCpuTime(watch.getId());
    long start = System.nanoTime();
    long end = start + TimeUnit.SECONDS.toNanos(seconds);
    // Three heartbeats per agent and time-out, evenly spread, in batches of one millisecond.
    double perMilli = agents * 3.0 / timeout / 1_000;
    long sent = 0;
    while (System.nanoTime() < end) {
      long due = (long) (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) * perMilli);
      for (; sent < due; sent++) {
        heartbeat(registry, ids, sent, lastHeartbeats, end, timeout);
      }
      LockSupport.parkNanos(1_000_000);
    }
    double cpu = threads.getThreadCpuTime(watch.getId()) - cpuBefore;
    System.out.printf(
        "%,d agents, time-out %d s, %d s, %,d heartbeats; the watch took %.2f %% of a core%n",
        agents, timeout, seconds, sent, 100 * cpu / (System.nanoTime() - start));
  }

  private static void heartbeat(
      HealthRegistry registry,
      String[] ids,
      long number,
      Map<String, Long> lastHeartbeats,
      long end,
      int timeout) {
    int index = (int) (number % ids.length);
    boolean silent = index % 100 == 0;
    if (silent && lastHeartbeats.containsKey(ids[index])) {
      return;
    }
    registry.heartbeat(ids[index]);
    long now = System.nanoTime();
    if (silent && now + TimeUnit.SECONDS.toNanos(timeout + 1L) < end) {
      lastHeartbeats.put(ids[index], now);
    }
  }

  private static void report(ConcurrentLinkedQueue<Long> lags, int undetected) {
    long[] sorted = lags.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf("%d silences detected, %d not%n", sorted.length, undetected);
    for (double part : new double[] {0.5, 0.9, 0.99, 0.999, 1}) {
      int index = (int) Math.min(sorted.length - 1L, Math.round(part * sorted.length));
      System.out.printf("  p%-5s %7.1f ms%n", part * 100, sorted[index] / 1e6);
    }
    System.out.printf("  mean   %7.1f ms%n", Arrays.stream(sorted).average().orElse(0) / 1e6);
  }
}
