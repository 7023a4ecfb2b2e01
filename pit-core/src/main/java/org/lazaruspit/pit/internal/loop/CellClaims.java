package org.lazaruspit.pit.internal.loop;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.CellProblem;
import org.lazaruspit.cell.CellStatus;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.MissionWatch;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.cell.OwnedCells;
import org.lazaruspit.pit.internal.detection.GatewayKeys;
import org.lazaruspit.pit.internal.notify.ListenerQueue;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.internal.revival.Revivals;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.Reviver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims the active cells below the missions root, and releases them. Confined to the loop's
 * thread, except for {@link #watch}, which precedes the loop, and {@link #close}, which follows it.
 */
public final class CellClaims {

  private static final Logger log = LoggerFactory.getLogger(CellClaims.class);

  private static final Duration LONGEST_WATCH = Duration.ofHours(1);

  private final MissionStore store;
  private final CellOwnership ownership;
  private final Reviver reviver;
  private final Revivals revivals;
  private final OwnedCells ownedCells;
  private final boolean dryRun;
  private final InstantSource clock;
  private final ListenerQueue listeners;
  private final GatewayKeys keys;
  private final Map<UUID, OwnedCell> cells = new TreeMap<>();
  private final LogOnChange trouble = new LogOnChange();
  private volatile @Nullable Thread refreshing;
  private volatile @Nullable MissionWatch watch;

  public CellClaims(
      MissionStore store,
      CellOwnership ownership,
      Reviver reviver,
      Revivals revivals,
      OwnedCells ownedCells,
      InstantSource clock,
      ListenerQueue listeners,
      GatewayKeys keys,
      boolean dryRun) {
    this.ownedCells = ownedCells;
    this.dryRun = dryRun;
    this.listeners = listeners;
    this.keys = keys;
    this.store = store;
    this.ownership = ownership;
    this.reviver = reviver;
    this.revivals = revivals;
    this.clock = clock;
  }

  /**
   * Subscribes to changes of the file system, without those that a refresh itself detects. Each
   * poll rescans anyway, for file systems without notifications.
   */
  public void watch(Runnable news) {
    store.addListener(
        changes -> {
          if (!Thread.currentThread().equals(refreshing)) {
            news.run();
          }
        });
    watch = store.watch(LONGEST_WATCH);
  }

  /** Rescans the missions root, claims and releases cells, and returns the owned cells. */
  public List<OwnedCell> refresh() throws IOException {
    Set<UUID> present = new HashSet<>();
    long began = System.nanoTime();
    refreshing = Thread.currentThread();
    store.rescan();
    refreshing = null;
    keys.review(store.current());
    for (CellLoad load : store.current()) {
      report(load);
      load.cell().ifPresent(this::endInactiveMission);
      load.cell()
          .filter(cell -> cell.config().status() == CellStatus.ACTIVE)
          .flatMap(cell -> own(cell, began))
          .ifPresent(owned -> present.add(owned.id()));
    }
    List<OwnedCell> gone =
        cells.values().stream()
            .filter(owned -> !present.contains(owned.id()) || !owned.held() || owned.canMove())
            .toList();
    gone.forEach(this::release);
    return List.copyOf(cells.values());
  }

  private void endInactiveMission(MissionCell cell) {
    OwnedCell owned = cells.get(cell.id());
    CellStatus status = cell.config().status();
    if (owned != null && status != CellStatus.ACTIVE) {
      revivals.requests().missionEnded(owned, "its mission is " + status.wireName());
    }
  }

  private void report(CellLoad load) {
    List<CellProblem> problems = load.problems();
    if (problems.isEmpty()) {
      trouble.clear(load.directory());
    } else if (trouble.isNew(load.directory(), problems.toString())) {
      problems.forEach(problem -> log.warn("{}", problem));
    }
  }

  private Optional<OwnedCell> own(MissionCell cell, long scanBegan) {
    OwnedCell known = cells.get(cell.id());
    if (known != null && known.directory().equals(cell.directory())) {
      known.cell(cell, scanBegan);
      return Optional.of(known);
    }
    Optional<OwnedCell> claimed = claim(cell);
    claimed.ifPresent(
        owned -> {
          cells.put(owned.id(), owned);
          ownedCells.add(owned);
        });
    return claimed;
  }

  private Optional<OwnedCell> claim(MissionCell cell) {
    Path directory = cell.directory();
    try {
      Optional<CellOwnership.Claim> claim = ownership.claim(cell.id(), directory);
      if (claim.isEmpty()) {
        if (trouble.isNew(cell.id(), "owned by another pit")) {
          log.info("cell {}: not claimed: owned by another pit", cell.id());
        }
        return Optional.empty();
      }
      return Optional.of(open(cell, claim.get()));
    } catch (IOException | RuntimeException e) {
      if (trouble.isNew(cell.id(), String.valueOf(e.getMessage()))) {
        log.error("cell {}: not claimed: {}; retrying with each round", cell.id(), e.getMessage());
      }
      return Optional.empty();
    }
  }

  private OwnedCell open(MissionCell cell, CellOwnership.Claim claim) throws IOException {
    try {
      reviver.claimed(cell.id(), cell.directory());
      OwnedCell owned =
          OwnedCell.open(
              cell, claim, clock, listeners, keys, path -> store.look(path).cell(), dryRun);
      trouble.clear(cell.id());
      log.info(
          "cell {}: works \"{}\" with {} agents",
          cell.id(),
          printable(cell.config().missionName()),
          cell.agents().size());
      return owned;
    } catch (IOException | RuntimeException e) {
      claim.close();
      throw e;
    }
  }

  /** Replaces control characters: a mission's name must not forge log lines. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private void release(OwnedCell owned) {
    cells.remove(owned.id());
    ownedCells.remove(owned);
    log.info("cell {}: no longer worked", owned.id());
    try {
      owned.close();
    } catch (IOException e) {
      log.warn("cell {}: journal not closed: {}", owned.id(), e.getMessage());
    }
  }

  /** Ends the subscription, and releases every cell. */
  public void close() {
    MissionWatch watching = watch;
    if (watching != null) {
      watching.close();
    }
    List.copyOf(cells.values()).forEach(this::release);
  }
}
