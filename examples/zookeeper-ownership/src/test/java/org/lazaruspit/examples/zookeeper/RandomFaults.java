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
 * Four pits, three servers and one disaster after another, drawn from a seed: agents are killed;
 * pits are killed, ended, cut off and stopped, two at a time at most; servers are killed, one at a
 * time. When exactly each hits is up to the machine, so a seed does not repeat a run to the letter.
 */
public final class RandomFaults {

  private static final int SESSION_SECONDS = 8;
  private static final int CELLS = 48;
  private static final int MOST_PITS_IN_TROUBLE = 2;

  /** An agent that dies sooner after its start waits before it is started again. */
  private static final long STEADY_NANOS = TimeUnit.SECONDS.toNanos(62);

  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Random random;
  private final PitCluster cluster;
  private final Map<String, Undo> troubles = new HashMap<>();
  private final Map<UUID, Long> killed = new HashMap<>();
  private final Map<String, Integer> counts = new TreeMap<>();

  /** How a trouble ends, and when. */
  private record Undo(long atNanos, Act act) {}

  private interface Act {
    void run() throws Exception;
  }

  private RandomFaults(PitCluster cluster, Random random) {
    this.cluster = cluster;
    this.random = random;
  }

  /**
   * Starts everything, goes on for so long, then mends everything and waits until all agents run.
   *
   * @param folder an empty one
   * @param seed what the disasters are drawn from
   * @param time how long
   * @return what was done and seen
   * @throws Exception if something cannot be done
   * @throws AssertionError if something was seen that must not be
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
      undo(System.nanoTime());
      strike();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200 + random.nextInt(1_300)));
      if (System.nanoTime() - nextCheck > 0) {
        check();
        nextCheck = System.nanoTime() + CHECK_NANOS;
      }
    }
    undo(Long.MAX_VALUE);
    cluster.awaitRunning(cluster.cells());
    check();
    return report();
  }

  private void undo(long now) throws Exception {
    for (Map.Entry<String, Undo> trouble : List.copyOf(troubles.entrySet())) {
      if (now - trouble.getValue().atNanos() >= 0 || now == Long.MAX_VALUE) {
        troubles.remove(trouble.getKey());
        trouble.getValue().act().run();
      }
    }
  }

  private void strike() throws Exception {
    int kind = random.nextInt(100);
    if (kind < 45) {
      killAgents(1 + random.nextInt(4));
    } else if (kind < 90) {
      strikePit(kind);
    } else if (!troubles.containsKey("a server")) {
      killServer();
    }
  }

  private void strikePit(int kind) throws Exception {
    List<String> well = new ArrayList<>(cluster.names());
    well.removeAll(troubles.keySet());
    if (cluster.names().size() - well.size() >= MOST_PITS_IN_TROUBLE) {
      return;
    }
    String pit = well.get(random.nextInt(well.size()));
    if (random.nextBoolean()) {
      // In the middle of what it does about it.
      killAgentsOf(pit);
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(30_000)));
    }
    if (kind < 57) {
      count("pits killed");
      cluster.kill(pit);
      later(pit, () -> cluster.start(pit));
    } else if (kind < 70) {
      count("pits cut off");
      cluster.cut(pit);
      later(pit, () -> cluster.mend(pit));
    } else if (kind < 85) {
      count("pits stopped");
      cluster.signal("STOP", pit);
      later(pit, () -> cluster.signal("CONT", pit));
    } else {
      count("pits ended in order");
      cluster.end(pit);
      later(pit, () -> cluster.start(pit));
    }
  }

  /** Sometimes before its session is over, sometimes after that. */
  private void later(String who, Act act) {
    long after = TimeUnit.MILLISECONDS.toNanos(random.nextInt(2_500 * SESSION_SECONDS));
    troubles.put(who, new Undo(System.nanoTime() + after, act));
  }

  private void killServer() throws Exception {
    var leader = cluster.servers.leader();
    if (leader.isPresent()) {
      count("leaders of the servers killed");
      cluster.servers.kill(leader.get());
      later("a server", cluster.servers::restartKilled);
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
        "claims: %d, looks by owners: %d, starts and stops of agents: %d%n"
            .formatted(history.count("claimed"), history.count("held"), history.count("acts")));
    text.append("starts of agents: %d%n".formatted(starts()));
    text.append(
        "nobody acted on another's cell, no agent ran twice, no journal went back%n".formatted());
    text.append(
        String.format(
            Locale.ROOT,
            "%d changes of owner; time without one: median %.1f s, 95th percentile %.1f s,"
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
