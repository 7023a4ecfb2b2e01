package org.lazaruspit.pit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.lazaruspit.cell.CellPaths;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.CellOwnership;

/**
 * A cell that this pit works: its content as last loaded, its journal, and the ledger that the
 * journal adds up to. Thread-safe; decisions that depend on the ledger are made under its lock.
 */
final class CellWork implements AutoCloseable {

  private final CellOwnership.Claim claim;
  private final RevivalJournal journal;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile MissionCell cell;
  private volatile RevivalLedger ledger;

  private CellWork(MissionCell cell, CellOwnership.Claim claim, RevivalJournal journal) {
    this.cell = cell;
    this.claim = claim;
    this.journal = journal;
    this.ledger = RevivalLedger.replay(cell.id(), journal.replayed());
  }

  static CellWork open(MissionCell cell, CellOwnership.Claim claim, InstantSource clock)
      throws IOException {
    Path file = CellPaths.of(cell.directory()).journal();
    return new CellWork(cell, claim, RevivalJournal.open(cell.id(), file, clock));
  }

  UUID id() {
    return cell.id();
  }

  Path directory() {
    return cell.directory();
  }

  MissionCell cell() {
    return cell;
  }

  void cell(MissionCell loaded) {
    cell = loaded;
  }

  boolean held() {
    return claim.held();
  }

  RevivalLedger ledger() {
    return ledger;
  }

  AgentRef ref(String agentId) {
    return new AgentRef(id(), agentId);
  }

  /** How logs call an agent: ids are safe to print, names are not. */
  String label(String agentId) {
    return id().toString().substring(0, 8) + "/" + agentId;
  }

  /**
   * Lets a decision be made on the ledger as it is, and writes what was decided: the events are on
   * disk when this returns, or nothing has happened.
   */
  RevivalLedger decide(Function<RevivalLedger, List<RevivalEvent>> decision) throws IOException {
    lock.lock();
    try {
      List<RevivalEvent> events = decision.apply(ledger);
      if (!events.isEmpty()) {
        if (!claim.held()) {
          throw new IOException("cell " + id() + " is worked by another pit now");
        }
        for (JournalEntry entry : journal.append(events)) {
          ledger = ledger.apply(entry);
        }
      }
      return ledger;
    } finally {
      lock.unlock();
    }
  }

  void record(RevivalEvent... events) throws IOException {
    decide(ignored -> List.of(events));
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try (claim) {
      journal.close();
    } finally {
      lock.unlock();
    }
  }
}
