package org.lazaruspit.examples.zookeeper;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.Settings;

/**
 * Ownership of cells among pits on several machines, through an ensemble of Apache ZooKeeper. Each
 * pit gets an equal share of the cells. A pit without a connection to the ensemble gives up its
 * cells by its own clock before other pits claim them, and joins again under a new name.
 * Thread-safe.
 *
 * <pre>{@code
 * "ownership": "zookeeper",
 * "plugins": {"zookeeper": {"connect": "zk1:2181,zk2:2181,zk3:2181"}}
 * }</pre>
 */
public final class ZooKeeperOwnership implements CellOwnership {

  private final @Nullable Ensemble ensemble;
  private final @Nullable ZooKeeperClaims claims;

  /** Creates an instance for {@link #configured}. */
  public ZooKeeperOwnership() {
    ensemble = null;
    claims = null;
  }

  private ZooKeeperOwnership(ZooKeeperSettings settings, Clocks clocks) {
    ensemble = new Ensemble(settings);
    claims = new ZooKeeperClaims(settings, ensemble, clocks);
  }

  @Override
  public String name() {
    return "zookeeper";
  }

  /** Returns a configured instance, which connects at its first claim. */
  @Override
  public CellOwnership configured(Settings settings) {
    return configured(settings, Clocks.SYSTEM);
  }

  static ZooKeeperOwnership configured(Settings settings, Clocks clocks) {
    return new ZooKeeperOwnership(ZooKeeperSettings.of(settings), clocks);
  }

  @Override
  public Optional<Claim> claim(UUID cellId, Path directory) throws IOException {
    if (claims == null) {
      throw new IOException("ownership zookeeper: not configured");
    }
    return claims.claim(cellId);
  }

  @Override
  public void close() {
    if (claims != null) {
      claims.close();
    }
    if (ensemble != null) {
      ensemble.close();
    }
  }
}
