package org.lazaruspit.examples.zookeeper;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Last observations of cells that are assigned to other members. They save reads in most rounds,
 * and leave a free cell to its assigned member for one session time-out. Thread-safe.
 */
final class ForeignCells {

  private static final int OWNED_FACTOR = 10;

  private final long sessionNanos;
  private final Map<UUID, Observation> observations = new ConcurrentHashMap<>();

  /** A cell's owner, or {@link CellRecord#NO_OWNER}, and the time of the first observation. */
  private record Observation(String owner, long sinceNanos) {}

  /**
   * Observation of a free cell.
   *
   * @param newlyFree whether this is the first observation of the free cell
   * @param overdue whether the assigned member has not claimed it for one session time-out
   */
  record FreeCell(boolean newlyFree, boolean overdue) {}

  ForeignCells(Timing timing) {
    sessionNanos = timing.session().toNanos();
  }

  /** Returns whether the last observation of a cell is recent enough to skip a read. */
  boolean canSkip(UUID cell, Rendezvous assignment, long nowNanos) {
    Observation observation = observations.get(cell);
    if (observation == null) {
      return false;
    }
    long age = nowNanos - observation.sinceNanos();
    return observation.owner().equals(CellRecord.NO_OWNER)
        ? age < sessionNanos
        : assignment.members().contains(observation.owner()) && age < OWNED_FACTOR * sessionNanos;
  }

  void observeOwned(UUID cell, String owner, long nowNanos) {
    observations.put(cell, new Observation(owner, nowNanos));
  }

  FreeCell observeFree(UUID cell, long nowNanos) {
    Observation observation = observations.get(cell);
    if (observation != null && observation.owner().equals(CellRecord.NO_OWNER)) {
      return new FreeCell(false, nowNanos - observation.sinceNanos() >= sessionNanos);
    }
    observations.put(cell, new Observation(CellRecord.NO_OWNER, nowNanos));
    return new FreeCell(true, false);
  }

  void remove(UUID cell) {
    observations.remove(cell);
  }
}
