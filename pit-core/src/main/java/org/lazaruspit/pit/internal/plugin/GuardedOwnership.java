package org.lazaruspit.pit.internal.plugin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.lazaruspit.pit.spi.CellOwnership;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enforces the contract of an ownership: if a call fails or exceeds its limit, this pit does not
 * own the cell. Thread-safe.
 */
final class GuardedOwnership implements CellOwnership {

  private static final Logger log = LoggerFactory.getLogger(GuardedOwnership.class);

  private final CellOwnership ownership;
  private final String name;
  private final PluginCalls calls;
  private final PluginLimits limits;

  GuardedOwnership(
      CellOwnership ownership, String name, PluginLimits limits, PluginCalls.Mode mode) {
    this.ownership = ownership;
    this.name = name;
    this.limits = limits;
    calls = new PluginCalls(PluginKind.OWNERSHIP, name, mode);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<Claim> claim(UUID cellId, Path directory) throws IOException {
    try {
      return calls.call(
          "claim",
          limits.claim(),
          () -> ownership.claim(cellId, directory).map(claim -> guarded(cellId, claim)),
          late -> late.ifPresent(Claim::close));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("cell " + cellId + ": interrupted in claim", e);
    }
  }

  /** Reads the epoch within the limited call; it never changes. */
  private Claim guarded(UUID cellId, Claim claim) {
    return new GuardedClaim(cellId, claim, claim.epoch());
  }

  @Override
  public void close() {
    calls.end("close", limits.close(), ownership::close);
    calls.close();
  }

  private final class GuardedClaim implements Claim {

    private final UUID cellId;
    private final Claim claim;
    private final long epoch;

    GuardedClaim(UUID cellId, Claim claim, long epoch) {
      this.cellId = cellId;
      this.claim = claim;
      this.epoch = epoch;
    }

    @Override
    public long epoch() {
      return epoch;
    }

    /** Called directly, without a limit: checked before every step, and must not block. */
    @Override
    public boolean held() {
      try {
        return claim.held();
      } catch (Throwable e) {
        log.warn("{}: taken as not owned: {}", cellId, calls.failure("held", e).getMessage());
        return false;
      }
    }

    @Override
    public boolean wantedElsewhere() {
      try {
        return claim.wantedElsewhere();
      } catch (Throwable e) {
        log.warn(
            "{}: stays with this pit: {}",
            cellId,
            calls.failure("wantedElsewhere", e).getMessage());
        return false;
      }
    }

    @Override
    public void close() {
      calls.end("close of a claim", limits.close(), claim::close);
    }
  }
}
