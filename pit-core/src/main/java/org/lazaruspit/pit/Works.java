package org.lazaruspit.pit;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;

/** The cells that this pit works now. Thread-safe. */
final class Works {

  private final Map<UUID, CellWork> byId = new ConcurrentSkipListMap<>();

  void add(CellWork work) {
    byId.put(work.id(), work);
  }

  void remove(CellWork work) {
    byId.remove(work.id(), work);
  }

  Optional<CellWork> find(UUID cellId) {
    return Optional.ofNullable(byId.get(cellId));
  }

  /** By cell id. */
  Collection<CellWork> all() {
    return Collections.unmodifiableCollection(byId.values());
  }
}
