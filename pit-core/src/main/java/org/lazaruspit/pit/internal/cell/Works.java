package org.lazaruspit.pit.internal.cell;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;

/** The cells that this pit works now. Thread-safe. */
public final class Works {

  private final Map<UUID, CellWork> byId = new ConcurrentSkipListMap<>();

  public void add(CellWork work) {
    byId.put(work.id(), work);
  }

  public void remove(CellWork work) {
    byId.remove(work.id(), work);
  }

  public Optional<CellWork> find(UUID cellId) {
    return Optional.ofNullable(byId.get(cellId));
  }

  /** By cell id. */
  public Collection<CellWork> all() {
    return Collections.unmodifiableCollection(byId.values());
  }
}
