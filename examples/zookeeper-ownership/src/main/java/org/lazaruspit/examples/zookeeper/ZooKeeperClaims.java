package org.lazaruspit.examples.zookeeper;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.lazaruspit.examples.zookeeper.Ensemble.UnansweredException;
import org.lazaruspit.pit.spi.CellOwnership.Claim;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims and releases cells. Each cell has a node with the newest epoch and its owner. A change is
 * conditional on the version that was read; a claim also requires that the claiming member is alive
 * and that the cell is free or its owner is dead. Thread-safe.
 */
final class ZooKeeperClaims {

  private static final Logger log = LoggerFactory.getLogger(ZooKeeperClaims.class);

  /**
   * Maximum number of cells released to other pits per tick: each is without an owner for a moment.
   */
  private static final int MAX_MOVES_PER_TICK = 500;

  private final Membership membership;
  private final Ensemble ensemble;
  private final Clocks clocks;
  private final ForeignCells foreignCells;

  /** Cells that this pit owns, is claiming, or may own after an unanswered change. */
  private final Set<UUID> reserved = ConcurrentHashMap.newKeySet();

  private final Map<UUID, UnconfirmedChange> unconfirmed = new ConcurrentHashMap<>();

  private final AtomicInteger owned = new AtomicInteger();
  private final AtomicInteger moves = new AtomicInteger();

  /**
   * A change without an answer.
   *
   * @param lease the lease at the time of the change
   * @param version the version that the change replaces
   */
  private record UnconfirmedChange(Lease lease, int version) {}

  ZooKeeperClaims(ZooKeeperSettings settings, Ensemble ensemble, Clocks clocks) {
    this.ensemble = ensemble;
    this.clocks = clocks;
    foreignCells = new ForeignCells(new Timing(settings.sessionTimeout()));
    membership = new Membership(settings, ensemble, clocks, this::tick);
  }

  private static String node(UUID cell) {
    return "cells/" + cell;
  }

  Optional<Claim> claim(UUID cell) throws IOException {
    Lease lease = membership.lease();
    Rendezvous assignment = membership.assignment();
    boolean mine = assignment.choose(cell).equals(lease.member());
    boolean idle = owned.get() == 0;
    if (!mine && !idle && foreignCells.canSkip(cell, assignment, clocks.nanos().getAsLong())) {
      return Optional.empty();
    }
    if (!reserved.add(cell)) {
      return Optional.empty();
    }
    Optional<Claim> claim = Optional.empty();
    try {
      claim = acquire(cell, lease, assignment, mine, idle);
      return claim;
    } finally {
      if (claim.isEmpty() && !unconfirmed.containsKey(cell)) {
        reserved.remove(cell);
      }
    }
  }

  private Optional<Claim> acquire(
      UUID cell, Lease lease, Rendezvous assignment, boolean mine, boolean idle)
      throws IOException {
    CellRecord record = read(cell);
    if (!record.isFree() && isAlive(record.owner())) {
      foreignCells.observeOwned(cell, record.owner(), clocks.nanos().getAsLong());
      return Optional.empty();
    }
    ForeignCells.FreeCell free = foreignCells.observeFree(cell, clocks.nanos().getAsLong());
    if (!mine && !free.overdue() && !(idle && free.newlyFree())) {
      return Optional.empty();
    }
    long epoch = record.nextEpoch(clocks.wallMillis().getAsLong());
    return switch (commit(cell, record, epoch, lease)) {
      case DONE -> {
        owned.incrementAndGet();
        foreignCells.remove(cell);
        // A member that left its cell free for too long does not get it back from this pit.
        String skippedMember = mine || !free.overdue() ? "" : assignment.choose(cell);
        yield Optional.of(new HeldClaim(cell, epoch, record.version() + 1, lease, skippedMember));
      }
      case CHANGED_MEANWHILE -> Optional.empty();
      case MEMBER_GONE -> {
        lease.end();
        throw new IOException("no cell is claimed: the other pits have declared this pit dead");
      }
    };
  }

  private CellRecord read(UUID cell) throws IOException {
    Optional<Ensemble.Node> node = ensemble.read(node(cell));
    if (node.isEmpty()) {
      ensemble.create(node(cell), CellRecord.text(0, CellRecord.NO_OWNER));
      node = ensemble.read(node(cell));
    }
    return CellRecord.parse(node.orElseThrow(() -> new IOException(node(cell) + " was deleted")));
  }

  /**
   * Returns whether a member's node exists. Called after the read of the cell: reads of one client
   * never go back, and a member creates its node before its first claim, so a missing node proves
   * that the owner was declared dead.
   */
  private boolean isAlive(String member) throws IOException {
    return ensemble.version(Membership.node(member)).isPresent();
  }

  private Ensemble.Outcome commit(UUID cell, CellRecord record, long epoch, Lease lease)
      throws IOException {
    try {
      return ensemble.replaceAs(
          Membership.node(lease.member()),
          node(cell),
          record.version(),
          CellRecord.text(epoch, lease.member()));
    } catch (UnansweredException e) {
      unconfirmed.put(cell, new UnconfirmedChange(lease, record.version()));
      throw e;
    }
  }

  private void tick() {
    moves.set(0);
    unconfirmed.forEach(this::resolve);
  }

  /**
   * Releases a cell whose change had no answer, and makes the change fail if it is still under way.
   */
  private void resolve(UUID cell, UnconfirmedChange change) {
    try {
      if (change.lease().held() && !isResolved(cell, change)) {
        return; // the node has just changed; the next tick tries again
      }
      if (unconfirmed.remove(cell, change)) {
        reserved.remove(cell);
      }
    } catch (IOException e) {
      log.debug("{}: unanswered change not resolved; the next tick tries again", cell, e);
    }
  }

  private boolean isResolved(UUID cell, UnconfirmedChange change) throws IOException {
    CellRecord record = read(cell);
    boolean ours = record.owner().equals(change.lease().member());
    if (!ours && record.version() != change.version()) {
      return true;
    }
    String owner = ours ? CellRecord.NO_OWNER : record.owner();
    return ensemble.replace(node(cell), record.version(), CellRecord.text(record.epoch(), owner));
  }

  private static String free(long epoch) {
    return CellRecord.text(epoch, CellRecord.NO_OWNER);
  }

  void close() {
    membership.close();
  }

  /** Claim of a cell, held as long as the lease of its member. */
  private final class HeldClaim implements Claim {

    private final UUID cell;
    private final long epoch;
    private final int version;
    private final Lease lease;
    private final String skippedMember;
    private final AtomicBoolean closed = new AtomicBoolean();

    HeldClaim(UUID cell, long epoch, int version, Lease lease, String skippedMember) {
      this.cell = cell;
      this.epoch = epoch;
      this.version = version;
      this.lease = lease;
      this.skippedMember = skippedMember;
    }

    @Override
    public long epoch() {
      return epoch;
    }

    @Override
    public boolean held() {
      return !closed.get() && lease.held();
    }

    @Override
    public boolean wantedElsewhere() {
      String chosen = membership.assignment().choose(cell);
      return held()
          && !chosen.equals(lease.member())
          && !chosen.equals(skippedMember)
          && moves.incrementAndGet() <= MAX_MOVES_PER_TICK;
    }

    @Override
    public void close() {
      if (closed.getAndSet(true)) {
        return;
      }
      owned.decrementAndGet();
      if (release()) {
        foreignCells.observeFree(cell, clocks.nanos().getAsLong());
        reserved.remove(cell);
      } else {
        unconfirmed.put(cell, new UnconfirmedChange(lease, version));
      }
    }

    /** Returns whether the cell is released; false if the ensemble did not answer. */
    private boolean release() {
      if (!lease.held()) {
        return true; // the others claim the cells of a dead member
      }
      try {
        if (!ensemble.replace(node(cell), version, free(epoch))) {
          log.warn("{}: node changed by another client while this pit owned the cell", cell);
        }
        return true;
      } catch (IOException e) {
        log.info("{}: not released: {}; the next tick tries again", cell, e.getMessage());
        return false;
      }
    }
  }
}
