package org.lazaruspit.pit.internal.cell;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;

/** Cells that this pit owns now. Thread-safe. */
public final class OwnedCells {

  private final Map<UUID, OwnedCell> byId = new ConcurrentSkipListMap<>();

  public void add(OwnedCell cell) {
    byId.put(cell.id(), cell);
  }

  public void remove(OwnedCell cell) {
    byId.remove(cell.id(), cell);
  }

  public Optional<OwnedCell> find(UUID cellId) {
    return Optional.ofNullable(byId.get(cellId));
  }

  /** Returns all, ordered by cell id. */
  public Collection<OwnedCell> all() {
    return Collections.unmodifiableCollection(byId.values());
  }
}
