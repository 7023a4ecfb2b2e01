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
import org.lazaruspit.pit.internal.notify.ListenerQueue;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.internal.revival.Revivals;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.Reviver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cells that this pit works: those beneath the missions root that are active and that no other
 * pit owns. Used by the loop's thread alone.
 */
public final class CellClaims {

  private static final Logger log = LoggerFactory.getLogger(CellClaims.class);

  private static final Duration LONGEST_WATCH = Duration.ofHours(1);

  private final MissionStore store;
  private final CellOwnership ownership;
  private final Reviver reviver;
  private final Revivals revivals;
  private final OwnedCells worked;
  private final boolean dryRun;
  private final InstantSource clock;
  private final ListenerQueue listeners;
  private final Map<UUID, OwnedCell> works = new TreeMap<>();
  private final LogOnChange trouble = new LogOnChange();
  private volatile @Nullable Thread refreshing;
  private volatile @Nullable MissionWatch watch;

  public CellClaims(
      MissionStore store,
      CellOwnership ownership,
      Reviver reviver,
      Revivals revivals,
      OwnedCells worked,
      InstantSource clock,
      ListenerQueue listeners,
      boolean dryRun) {
    this.worked = worked;
    this.dryRun = dryRun;
    this.listeners = listeners;
    this.store = store;
    this.ownership = ownership;
    this.reviver = reviver;
    this.revivals = revivals;
    this.clock = clock;
  }

  /**
   * Has the file system tell of changes; those that a refresh finds by itself are none. A file
   * system that cannot tell is looked at by every poll all the same.
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

  /** Looks at the missions root again and returns what is to be worked now. */
  public List<OwnedCell> refresh() throws IOException {
    Set<UUID> present = new HashSet<>();
    long began = System.nanoTime();
    refreshing = Thread.currentThread();
    store.rescan();
    refreshing = null;
    for (CellLoad load : store.current()) {
      report(load);
      load.cell().ifPresent(this::endIfOver);
      load.cell()
          .filter(cell -> cell.config().status() == CellStatus.ACTIVE)
          .flatMap(cell -> work(cell, began))
          .ifPresent(work -> present.add(work.id()));
    }
    List<OwnedCell> gone =
        works.values().stream()
            .filter(work -> !present.contains(work.id()) || !work.held() || work.canMove())
            .toList();
    gone.forEach(this::release);
    return List.copyOf(works.values());
  }

  private void endIfOver(MissionCell cell) {
    OwnedCell work = works.get(cell.id());
    CellStatus status = cell.config().status();
    if (work != null && status != CellStatus.ACTIVE) {
      revivals.requests().missionEnded(work, "its mission is " + status.wireName());
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

  private Optional<OwnedCell> work(MissionCell cell, long scanBegan) {
    OwnedCell known = works.get(cell.id());
    if (known != null && known.directory().equals(cell.directory())) {
      known.cell(cell, scanBegan);
      return Optional.of(known);
    }
    Optional<OwnedCell> opened = open(cell);
    opened.ifPresent(
        work -> {
          works.put(work.id(), work);
          worked.add(work);
        });
    return opened;
  }

  private Optional<OwnedCell> open(MissionCell cell) {
    Path directory = cell.directory();
    try {
      Optional<CellOwnership.Claim> claim = ownership.claim(cell.id(), directory);
      if (claim.isEmpty()) {
        if (trouble.isNew(cell.id(), "owned elsewhere")) {
          log.info("cell {} is worked by another pit", cell.id());
        }
        return Optional.empty();
      }
      return Optional.of(open(cell, claim.get()));
    } catch (IOException | RuntimeException e) {
      if (trouble.isNew(cell.id(), String.valueOf(e.getMessage()))) {
        log.error("cell {} cannot be worked: {}", cell.id(), e.getMessage());
      }
      return Optional.empty();
    }
  }

  private OwnedCell open(MissionCell cell, CellOwnership.Claim claim) throws IOException {
    try {
      reviver.claimed(cell.id(), cell.directory());
      OwnedCell work =
          OwnedCell.open(cell, claim, clock, listeners, path -> store.look(path).cell(), dryRun);
      trouble.clear(cell.id());
      log.info(
          "cell {}: works \"{}\" with {} agents",
          cell.id(),
          printable(cell.config().missionName()),
          cell.agents().size());
      return work;
    } catch (IOException | RuntimeException e) {
      claim.close();
      throw e;
    }
  }

  /** A mission's name is anybody's text: it must not write log lines of its own. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private void release(OwnedCell work) {
    works.remove(work.id());
    worked.remove(work);
    log.info("cell {}: no longer worked", work.id());
    try {
      work.close();
    } catch (IOException e) {
      log.warn("cell {}: its journal could not be closed: {}", work.id(), e.getMessage());
    }
  }

  public void close() {
    MissionWatch watching = watch;
    if (watching != null) {
      watching.close();
    }
    List.copyOf(works.values()).forEach(this::release);
  }
}
