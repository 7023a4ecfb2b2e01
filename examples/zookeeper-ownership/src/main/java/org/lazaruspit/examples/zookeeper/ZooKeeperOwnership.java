package org.lazaruspit.examples.zookeeper;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.Settings;

/**
 * One pit a cell among pits on several machines, which agree through an ensemble of Apache
 * ZooKeeper. Each pit gets an equal share of the cells. A pit that cannot reach the ensemble stops
 * in time by its own clock, before its cells go to the others, and comes back as a new one.
 * Thread-safe.
 *
 * <pre>{@code
 * "ownership": "zookeeper",
 * "plugins": {"zookeeper": {"connect": "zk1:2181,zk2:2181,zk3:2181"}}
 * }</pre>
 */
public final class ZooKeeperOwnership implements CellOwnership {

  private final @Nullable Ensemble ensemble;
  private final @Nullable Cells cells;

  /** An instance that still has to be {@link #configured}. */
  public ZooKeeperOwnership() {
    ensemble = null;
    cells = null;
  }

  private ZooKeeperOwnership(ZooKeeperSettings settings, Clocks clocks) {
    ensemble = new Ensemble(settings);
    cells = new Cells(settings, ensemble, clocks);
  }

  @Override
  public String name() {
    return "zookeeper";
  }

  /** Connects with the first claim. */
  @Override
  public CellOwnership configured(Settings settings) {
    return configured(settings, Clocks.SYSTEM);
  }

  static ZooKeeperOwnership configured(Settings settings, Clocks clocks) {
    return new ZooKeeperOwnership(ZooKeeperSettings.of(settings), clocks);
  }

  @Override
  public Optional<Claim> claim(UUID cellId, Path directory) throws IOException {
    if (cells == null) {
      throw new IOException("ownership zookeeper has no ensemble: it was never configured");
    }
    return cells.claim(cellId);
  }

  @Override
  public void close() {
    if (cells != null) {
      cells.close();
    }
    if (ensemble != null) {
      ensemble.close();
    }
  }
}
