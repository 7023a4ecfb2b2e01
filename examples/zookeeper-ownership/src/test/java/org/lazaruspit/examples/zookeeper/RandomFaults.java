package org.lazaruspit.examples.zookeeper;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs four pits and three servers with random faults from a seed: agents are killed; pits are
 * killed, ended, cut off and stopped, at most two at a time; servers are killed, one at a time. The
 * exact times depend on the machine, so a seed does not repeat a run exactly.
 */
public final class RandomFaults {

  private static final int SESSION_SECONDS = 8;
  private static final int CELLS = 48;
  private static final int MAX_FAULTY_PITS = 2;

  /**
   * Minimum time between two kills of an agent: after an earlier death the pit delays the restart.
   */
  private static final long STEADY_NANOS = TimeUnit.SECONDS.toNanos(62);

  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Random random;
  private final PitCluster cluster;
  private final Map<String, Repair> repairs = new HashMap<>();
  private final Map<UUID, Long> killed = new HashMap<>();
  private final Map<String, Integer> counts = new TreeMap<>();

  /** Repair of a fault, and its time. */
  private record Repair(long atNanos, Action action) {}

  private interface Action {
    void run() throws Exception;
  }

  private RandomFaults(PitCluster cluster, Random random) {
    this.cluster = cluster;
    this.random = random;
  }

  /**
   * Starts the cluster, injects faults for a time, then repairs all faults and waits until all
   * agents run.
   *
   * @param folder an empty folder
   * @param seed seed of the faults
   * @param time duration of the faults
   * @return a report of faults and observations
   * @throws Exception if a process or a file cannot be used
   * @throws AssertionError if an invariant is violated
   */
  public static String run(Path folder, long seed, Duration time) throws Exception {
    List<String> pits = List.of("east", "north", "south", "west");
    try (PitCluster cluster = new PitCluster(folder, SESSION_SECONDS, CELLS, pits)) {
      cluster.startAll();
      cluster.awaitRunning(cluster.cells());
      return new RandomFaults(cluster, new Random(seed)).run(time);
    }
  }

  private String run(Duration time) throws Exception {
    long begun = System.nanoTime();
    long nextCheck = begun + CHECK_NANOS;
    while (System.nanoTime() - begun < time.toNanos()) {
      repair(System.nanoTime());
      injectFault();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200 + random.nextInt(1_300)));
      if (System.nanoTime() - nextCheck > 0) {
        check();
        nextCheck = System.nanoTime() + CHECK_NANOS;
      }
    }
    repair(Long.MAX_VALUE);
    cluster.awaitRunning(cluster.cells());
    check();
    return report();
  }

  private void repair(long now) throws Exception {
    for (Map.Entry<String, Repair> due : List.copyOf(repairs.entrySet())) {
      if (now - due.getValue().atNanos() >= 0 || now == Long.MAX_VALUE) {
        repairs.remove(due.getKey());
        due.getValue().action().run();
      }
    }
  }

  private void injectFault() throws Exception {
    int kind = random.nextInt(100);
    if (kind < 45) {
      killAgents(1 + random.nextInt(4));
    } else if (kind < 90) {
      injectPitFault(kind);
    } else if (!repairs.containsKey("a server")) {
      killServer();
    }
  }

  private void injectPitFault(int kind) throws Exception {
    List<String> healthy = new ArrayList<>(cluster.names());
    healthy.removeAll(repairs.keySet());
    if (cluster.names().size() - healthy.size() >= MAX_FAULTY_PITS) {
      return;
    }
    String pit = healthy.get(random.nextInt(healthy.size()));
    if (random.nextBoolean()) {
      // The fault hits the pit during the revivals.
      killAgentsOf(pit);
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(30_000)));
    }
    if (kind < 57) {
      count("pits killed");
      cluster.kill(pit);
      repairLater(pit, () -> cluster.start(pit));
    } else if (kind < 70) {
      count("pits cut off");
      cluster.cut(pit);
      repairLater(pit, () -> cluster.restore(pit));
    } else if (kind < 85) {
      count("pits stopped");
      cluster.signal("STOP", pit);
      repairLater(pit, () -> cluster.signal("CONT", pit));
    } else {
      count("pits ended in order");
      cluster.end(pit);
      repairLater(pit, () -> cluster.start(pit));
    }
  }

  /** Schedules a repair before or after the session time-out. */
  private void repairLater(String faulty, Action action) {
    long after = TimeUnit.MILLISECONDS.toNanos(random.nextInt(2_500 * SESSION_SECONDS));
    repairs.put(faulty, new Repair(System.nanoTime() + after, action));
  }

  private void killServer() throws Exception {
    var leader = cluster.servers.leader();
    if (leader.isPresent()) {
      count("leaders of the servers killed");
      cluster.servers.kill(leader.get());
      repairLater("a server", cluster.servers::restartKilled);
    }
  }

  private void killAgents(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      killAgent(cluster.cells().get(random.nextInt(CELLS)));
    }
  }

  private void killAgentsOf(String pit) throws IOException {
    int left = 4;
    for (UUID cell : cluster.cellsOf(pit)) {
      if (left > 0 && killAgent(cell)) {
        left--;
      }
    }
  }

  private boolean killAgent(UUID cell) throws IOException {
    long now = System.nanoTime();
    Long before = killed.get(cell);
    if (before != null && now - before < STEADY_NANOS) {
      return false;
    }
    killed.put(cell, now);
    count("agents killed");
    cluster.killAgent(cell);
    return true;
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  private void check() throws IOException {
    List<String> violations = cluster.violations();
    if (!violations.isEmpty()) {
      throw new AssertionError(String.join("\n", violations));
    }
  }

  private String report() throws IOException {
    History history = cluster.history();
    StringBuilder text = new StringBuilder();
    counts.forEach((what, count) -> text.append("%s: %d%n".formatted(what, count)));
    List<Duration> gaps = history.gaps();
    text.append(
        "claims: %d, checks by owners: %d, starts and stops of agents: %d%n"
            .formatted(history.count("claimed"), history.count("held"), history.count("acts")));
    text.append("starts of agents: %d%n".formatted(starts()));
    text.append(
        "no pit acted on the cell of another pit, no agent ran twice, no journal decreased%n"
            .formatted());
    text.append(
        String.format(
            Locale.ROOT,
            "%d changes of owner; time without an owner: median %.1f s, 95th percentile %.1f s,"
                + " longest %.1f s (session time-out %d s, poll 1 s)",
            gaps.size(),
            seconds(gaps, 0.5),
            seconds(gaps, 0.95),
            seconds(gaps, 1),
            SESSION_SECONDS));
    return text.toString();
  }

  private int starts() throws IOException {
    return cluster.startCounts().values().stream().mapToInt(Integer::intValue).sum();
  }

  private static double seconds(List<Duration> sorted, double part) {
    return sorted.isEmpty()
        ? 0
        : sorted.get((int) Math.ceil(part * sorted.size()) - 1).toMillis() / 1e3;
  }
}
