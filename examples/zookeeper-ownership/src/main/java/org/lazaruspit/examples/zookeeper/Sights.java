package org.lazaruspit.examples.zookeeper;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was last seen of cells that are others': so that not every one is looked at in every poll,
 * and that a free one is first left to whom it is to have. Thread-safe.
 */
final class Sights {

  private static final int LOOKS_LEFT_OUT = 10;

  private final long patienceNanos;
  private final Map<UUID, Sight> sights = new ConcurrentHashMap<>();

  /** Owned by a member, or by nobody, since then. */
  private record Sight(String owner, long sinceNanos) {}

  /**
   * A cell without an owner.
   *
   * @param forTheFirstTime whether it was not known to be free before
   * @param longEnough whether who is to have it has left it lying
   */
  record Free(boolean forTheFirstTime, boolean longEnough) {}

  Sights(Timing timing) {
    patienceNanos = timing.session().toNanos();
  }

  /** Whether a cell that is to be another's need not be looked at now. */
  boolean leave(UUID cell, Rendezvous living, long nowNanos) {
    Sight sight = sights.get(cell);
    if (sight == null) {
      return false;
    }
    long age = nowNanos - sight.sinceNanos();
    return sight.owner().equals(CellRecord.NOBODY)
        ? age < patienceNanos
        : living.members().contains(sight.owner()) && age < LOOKS_LEFT_OUT * patienceNanos;
  }

  void owned(UUID cell, String owner, long nowNanos) {
    sights.put(cell, new Sight(owner, nowNanos));
  }

  Free free(UUID cell, long nowNanos) {
    Sight sight = sights.get(cell);
    if (sight != null && sight.owner().equals(CellRecord.NOBODY)) {
      return new Free(false, nowNanos - sight.sinceNanos() >= patienceNanos);
    }
    sights.put(cell, new Sight(CellRecord.NOBODY, nowNanos));
    return new Free(true, false);
  }

  void forget(UUID cell) {
    sights.remove(cell);
  }
}
