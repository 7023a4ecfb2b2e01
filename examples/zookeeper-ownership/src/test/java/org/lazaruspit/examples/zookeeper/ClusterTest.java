package org.lazaruspit.examples.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs three pits and three servers through a series of faults. Checks the invariants at the end,
 * in the records of pits, agents and journals.
 */
@Tag("full")
@Timeout(400)
final class ClusterTest {

  private static final String NOTHING = "";

  @TempDir Path folder;

  @Test
  void everyCellHasOneOwnerThroughFaultsOfPitsAndServers() throws Exception {
    try (PitCluster cluster = new PitCluster(folder, 6, 30, List.of("north", "south", "west"))) {
      cluster.startAll();
      cluster.awaitRunning(cluster.cells());
      awaitShare(cluster, "north");
      awaitShare(cluster, "south");
      awaitShare(cluster, "west");

      aPitIsKilled(cluster);
      theLeaderOfTheServersIsKilled(cluster);
      aPitIsCutOff(cluster);
      aPitIsStoppedAndWakes(cluster);
      aPitEndsInOrder(cluster);

      assertEquals(List.of(), cluster.violations());
      System.out.printf(
          "longest time without an owner: %d ms, at a session time-out of %d s and a poll of 1 s%n",
          cluster.history().longestGap().toMillis(), cluster.session().toSeconds());
    }
  }

  private static void awaitShare(PitCluster cluster, String pit) throws Exception {
    cluster.await(() -> cluster.cellsOf(pit).isEmpty() ? pit + " has no cell" : NOTHING);
  }

  private static void awaitNone(PitCluster cluster, String pit) throws Exception {
    cluster.await(() -> cluster.cellsOf(pit).isEmpty() ? NOTHING : pit + " still has cells");
  }

  private static void aPitIsKilled(PitCluster cluster) throws Exception {
    cluster.kill("north");
    cluster.cells().forEach(cell -> killAgent(cluster, cell));
    awaitNone(cluster, "north");
    cluster.awaitRunning(cluster.cells());
    cluster.start("north");
    awaitShare(cluster, "north");
  }

  private static void killAgent(PitCluster cluster, UUID cell) {
    try {
      cluster.killAgent(cell);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The pits keep their cells, since another server answers in time. */
  private static void theLeaderOfTheServersIsKilled(PitCluster cluster) throws Exception {
    cluster.servers.kill(cluster.servers.leader().orElseThrow());
    List<UUID> some = cluster.cells().subList(0, 10);
    some.forEach(cell -> killAgent(cluster, cell));
    cluster.await(() -> cluster.servers.leader().isPresent() ? NOTHING : "there is no new leader");
    cluster.awaitRunning(some);
    cluster.servers.restartKilled();
  }

  private static void aPitIsCutOff(PitCluster cluster) throws Exception {
    awaitShare(cluster, "south");
    List<UUID> cells = cluster.cellsOf("south");
    Map<UUID, Integer> before = cluster.startCounts();
    cluster.cut("south");
    cells.forEach(cell -> killAgent(cluster, cell));
    awaitNone(cluster, "south");
    cluster.awaitRunning(cells);
    cluster.restore("south");
    awaitShare(cluster, "south");
    assertTrue(
        cells.stream().anyMatch(cell -> wasStartedAgain(cluster, before, cell)),
        "an agent of the cut-off pit was started again");
  }

  private static boolean wasStartedAgain(PitCluster cluster, Map<UUID, Integer> before, UUID cell) {
    try {
      return cluster.starts(cell).size() > before.get(cell);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Stops a pit during its revivals, for longer than its session time-out. */
  private static void aPitIsStoppedAndWakes(PitCluster cluster) throws Exception {
    awaitShare(cluster, "west");
    List<UUID> cells = cluster.cellsOf("west");
    cells.forEach(cell -> killAgent(cluster, cell));
    LockSupport.parkNanos(8_000_000L);
    cluster.signal("STOP", "west");
    awaitNone(cluster, "west");
    cluster.awaitRunning(cells);
    cluster.signal("CONT", "west");
    awaitShare(cluster, "west");
    cluster.awaitRunning(cluster.cells());
  }

  private static void aPitEndsInOrder(PitCluster cluster) throws Exception {
    Map<UUID, Integer> before = cluster.startCounts();
    cluster.end("north");
    awaitNone(cluster, "north");
    cluster.awaitRunning(cluster.cells());
    assertEquals(before, cluster.startCounts(), "agents run on when their pit ends");
  }
}
