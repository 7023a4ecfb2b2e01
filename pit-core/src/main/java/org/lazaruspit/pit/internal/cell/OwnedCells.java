package org.lazaruspit.pit.internal.cell;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;

/** The cells that this pit works now. Thread-safe. */
public final class OwnedCells {

  private final Map<UUID, OwnedCell> byId = new ConcurrentSkipListMap<>();

  public void add(OwnedCell work) {
    byId.put(work.id(), work);
  }

  public void remove(OwnedCell work) {
    byId.remove(work.id(), work);
  }

  public Optional<OwnedCell> find(UUID cellId) {
    return Optional.ofNullable(byId.get(cellId));
  }

  /** By cell id. */
  public Collection<OwnedCell> all() {
    return Collections.unmodifiableCollection(byId.values());
  }
}
