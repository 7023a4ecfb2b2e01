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
 * Who owns which cell. Each has a node with the newest epoch and its owner; it is changed only on
 * condition that it is still what was read, and taken only by who lives, from nobody or from the
 * dead. Thread-safe.
 */
final class Cells {

  private static final Logger log = LoggerFactory.getLogger(Cells.class);

  /** So many cells may go to others within one tick; each is without an owner for a moment. */
  private static final int MOVES_A_TICK = 500;

  private final Members members;
  private final Ensemble ensemble;
  private final Clocks clocks;
  private final Sights sights;

  /** What this pit owns, is about to claim, or may own without knowing: one at a time. */
  private final Set<UUID> taken = ConcurrentHashMap.newKeySet();

  private final Map<UUID, Doubt> doubtful = new ConcurrentHashMap<>();

  private final AtomicInteger owned = new AtomicInteger();
  private final AtomicInteger moves = new AtomicInteger();

  /**
   * A change that was never answered.
   *
   * @param life in which it was asked for
   * @param version that it was to replace
   */
  private record Doubt(Lease life, int version) {}

  Cells(ZooKeeperSettings settings, Ensemble ensemble, Clocks clocks) {
    this.ensemble = ensemble;
    this.clocks = clocks;
    sights = new Sights(new Timing(settings.sessionTimeout()));
    members = new Members(settings, ensemble, clocks, this::tick);
  }

  private static String node(UUID cell) {
    return "cells/" + cell;
  }

  Optional<Claim> claim(UUID cell) throws IOException {
    Lease life = members.life();
    Rendezvous living = members.living();
    boolean mine = living.choose(cell).equals(life.member());
    boolean idle = owned.get() == 0;
    if (!mine && !idle && sights.leave(cell, living, clocks.nanos().getAsLong())) {
      return Optional.empty();
    }
    if (!taken.add(cell)) {
      return Optional.empty();
    }
    Optional<Claim> claim = Optional.empty();
    try {
      claim = take(cell, life, living, mine, idle);
      return claim;
    } finally {
      if (claim.isEmpty() && !doubtful.containsKey(cell)) {
        taken.remove(cell);
      }
    }
  }

  private Optional<Claim> take(UUID cell, Lease life, Rendezvous living, boolean mine, boolean idle)
      throws IOException {
    CellRecord record = read(cell);
    if (!record.isFree() && lives(record.owner())) {
      sights.owned(cell, record.owner(), clocks.nanos().getAsLong());
      return Optional.empty();
    }
    Sights.Free free = sights.free(cell, clocks.nanos().getAsLong());
    if (!mine && !free.longEnough() && !(idle && free.forTheFirstTime())) {
      return Optional.empty();
    }
    long epoch = record.nextEpoch(clocks.wallMillis().getAsLong());
    return switch (commit(cell, record, epoch, life)) {
      case DONE -> {
        owned.incrementAndGet();
        sights.forget(cell);
        // Who was to have it and did not take it for so long is not asked again.
        String passedOver = mine || !free.longEnough() ? "" : living.choose(cell);
        yield Optional.of(new Held(cell, epoch, record.version() + 1, life, passedOver));
      }
      case CHANGED_MEANWHILE -> Optional.empty();
      case MEMBER_GONE -> {
        life.end();
        throw new IOException("no cell is claimed: the others have taken this pit for dead");
      }
    };
  }

  private CellRecord read(UUID cell) throws IOException {
    Optional<Ensemble.Node> node = ensemble.read(node(cell));
    if (node.isEmpty()) {
      ensemble.create(node(cell), CellRecord.text(0, CellRecord.NOBODY));
      node = ensemble.read(node(cell));
    }
    return CellRecord.parse(node.orElseThrow(() -> new IOException(node(cell) + " was deleted")));
  }

  /**
   * Asked after the cell was read, and what one answer knows the next knows too: an owner whose
   * node is not there has been buried. It was there before he could own anything.
   */
  private boolean lives(String member) throws IOException {
    return ensemble.version(Members.node(member)).isPresent();
  }

  private Ensemble.Outcome commit(UUID cell, CellRecord record, long epoch, Lease life)
      throws IOException {
    try {
      return ensemble.replaceAs(
          Members.node(life.member()),
          node(cell),
          record.version(),
          CellRecord.text(epoch, life.member()));
    } catch (UnansweredException e) {
      doubtful.put(cell, new Doubt(life, record.version()));
      throw e;
    }
  }

  private void tick() {
    moves.set(0);
    doubtful.forEach(this::settle);
  }

  /**
   * What may have become ours without an answer is let go again: somebody may be waiting. What may
   * still be under way is made to come too late.
   */
  private void settle(UUID cell, Doubt doubt) {
    try {
      if (doubt.life().held() && !isSettled(cell, doubt)) {
        return; // something has come through just now: once more at the next tick
      }
      if (doubtful.remove(cell, doubt)) {
        taken.remove(cell);
      }
    } catch (IOException e) {
      log.debug("cell {} is settled later", cell, e);
    }
  }

  private boolean isSettled(UUID cell, Doubt doubt) throws IOException {
    CellRecord record = read(cell);
    boolean ours = record.owner().equals(doubt.life().member());
    if (!ours && record.version() != doubt.version()) {
      return true;
    }
    String owner = ours ? CellRecord.NOBODY : record.owner();
    return ensemble.replace(node(cell), record.version(), CellRecord.text(record.epoch(), owner));
  }

  private static String free(long epoch) {
    return CellRecord.text(epoch, CellRecord.NOBODY);
  }

  void close() {
    members.close();
  }

  /** A cell that is ours as long as our life lasts. */
  private final class Held implements Claim {

    private final UUID cell;
    private final long epoch;
    private final int version;
    private final Lease life;
    private final String passedOver;
    private final AtomicBoolean closed = new AtomicBoolean();

    Held(UUID cell, long epoch, int version, Lease life, String passedOver) {
      this.cell = cell;
      this.epoch = epoch;
      this.version = version;
      this.life = life;
      this.passedOver = passedOver;
    }

    @Override
    public long epoch() {
      return epoch;
    }

    @Override
    public boolean held() {
      return !closed.get() && life.held();
    }

    @Override
    public boolean wantedElsewhere() {
      String chosen = members.living().choose(cell);
      return held()
          && !chosen.equals(life.member())
          && !chosen.equals(passedOver)
          && moves.incrementAndGet() <= MOVES_A_TICK;
    }

    @Override
    public void close() {
      if (closed.getAndSet(true)) {
        return;
      }
      owned.decrementAndGet();
      if (letGo()) {
        sights.free(cell, clocks.nanos().getAsLong());
        taken.remove(cell);
      } else {
        doubtful.put(cell, new Doubt(life, version));
      }
    }

    /** False where that is not known. */
    private boolean letGo() {
      if (!life.held()) {
        return true; // the others take it from the dead
      }
      try {
        if (!ensemble.replace(node(cell), version, free(epoch))) {
          log.warn("cell {}: somebody else has changed its node while it was ours", cell);
        }
        return true;
      } catch (IOException e) {
        log.info("cell {}: not let go yet: {}", cell, e.getMessage());
        return false;
      }
    }
  }
}
