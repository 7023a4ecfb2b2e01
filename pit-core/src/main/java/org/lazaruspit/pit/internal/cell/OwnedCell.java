package org.lazaruspit.pit.internal.cell;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CellPaths;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.pit.FailureDetection;
import org.lazaruspit.pit.JournalWrite;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.internal.journal.JournalEntry;
import org.lazaruspit.pit.internal.journal.JournalEvent;
import org.lazaruspit.pit.internal.journal.RevivalEvent;
import org.lazaruspit.pit.internal.journal.RevivalJournal;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.internal.ledger.RevivalLedger;
import org.lazaruspit.pit.internal.notify.ListenerQueue;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.CellOwnership;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cell that this pit works: its content as last loaded, its journal, and the ledger that the
 * journal adds up to. Thread-safe; decisions that depend on the ledger are made under its lock.
 */
public final class OwnedCell implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(OwnedCell.class);

  private final CellOwnership.Claim claim;
  private final RevivalJournal journal;
  private final ListenerQueue listeners;
  private final Function<Path, Optional<MissionCell>> look;
  private final boolean dryRun;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Edited> edited = new ConcurrentHashMap<>();
  private final LogOnChange trouble = new LogOnChange();
  private volatile MissionCell cell;
  private volatile RevivalLedger ledger;

  /**
   * What we ourselves have written into an agent's file, until a scan that began later knows it.
   */
  private record Edited(AgentSpec spec, long nanos) {}

  private OwnedCell(
      MissionCell cell,
      CellOwnership.Claim claim,
      RevivalJournal journal,
      ListenerQueue listeners,
      Function<Path, Optional<MissionCell>> look,
      boolean dryRun) {
    this.listeners = listeners;
    this.look = look;
    this.dryRun = dryRun;
    this.cell = cell;
    this.claim = claim;
    this.journal = journal;
    this.ledger = RevivalLedger.replay(cell.id(), journal.replayed());
  }

  public static OwnedCell open(
      MissionCell cell,
      CellOwnership.Claim claim,
      InstantSource clock,
      ListenerQueue listeners,
      Function<Path, Optional<MissionCell>> look,
      boolean dryRun)
      throws IOException {
    Path file = CellPaths.of(cell.directory()).journal();
    RevivalJournal.Author author =
        new RevivalJournal.Author(OptionalLong.of(claim.epoch()), dryRun);
    RevivalJournal journal = RevivalJournal.open(cell.id(), file, clock, author);
    return new OwnedCell(cell, claim, journal, listeners, look, dryRun);
  }

  public UUID id() {
    return cell.id();
  }

  public Path directory() {
    return cell.directory();
  }

  public MissionCell cell() {
    return cell;
  }

  /** Takes over what a scan has loaded that began at this time ({@link System#nanoTime}). */
  public void cell(MissionCell loaded, long scanBegan) {
    cell = loaded;
    edited.values().removeIf(edit -> edit.nanos() - scanBegan < 0);
  }

  /** The agent's file as last read or written by us; null where it has none. */
  public @Nullable AgentSpec spec(String agentId) {
    Edited edit = edited.get(agentId);
    return edit != null ? edit.spec() : cell.agents().get(agentId);
  }

  /** Whether what {@link #spec} gives was read from the file, and not only written by us. */
  public boolean read(String agentId) {
    return !edited.containsKey(agentId);
  }

  /** Has the agent's file say this; false where it could not be written. */
  public boolean writeStatus(String agentId, AgentStatus status) {
    if (dryRun) {
      return true;
    }
    try {
      requireHeld();
      AgentSpec written =
          CellEditor.of(directory()).updateAgent(agentId, spec -> spec.withStatus(status));
      edited.put(agentId, new Edited(written, System.nanoTime()));
      trouble.clear(agentId);
      return true;
    } catch (IOException | RuntimeException e) {
      if (trouble.isNew(agentId, status + " " + e)) {
        log.error(
            "{}: its file could not be made to say {}: {}",
            label(agentId),
            status.wireName(),
            e.getMessage());
      }
      return false;
    }
  }

  /** What stands in the way of reviving the agent, as far as is known. */
  public Optional<RevivalBlocker> blocker(String agentId, Instant now) {
    return blocker(cell.config(), spec(agentId), agentId, now);
  }

  /**
   * The cell as its files say right now: asked at the moment of acting. Where it cannot be read,
   * the last reading holds.
   */
  public MissionCell reload() {
    return look.apply(cell.directory()).orElse(cell);
  }

  /** What stands in the way of reviving the agent, by this reading of the cell. */
  public Optional<RevivalBlocker> blocker(MissionCell read, String agentId, Instant now) {
    return blocker(read.config(), read.agents().get(agentId), agentId, now);
  }

  private Optional<RevivalBlocker> blocker(
      CellConfig mission, @Nullable AgentSpec spec, String agentId, Instant now) {
    RevivalLedger current = ledger;
    return RevivalBlocker.to(mission, spec, current.cellIntent(), current.of(agentId), now);
  }

  public boolean held() {
    return claim.held();
  }

  /**
   * Throws where another pit may have the cell. Asked right before each act: the whole pit may have
   * been stopped for a long time since the line that announces it was written.
   */
  public void requireHeld() throws IOException {
    if (!held()) {
      throw new IOException("cell " + id() + " is worked by another pit now");
    }
  }

  /** Whether it can be let go for the pit that is to have it, without breaking anything off. */
  public boolean canMove() {
    return claim.wantedElsewhere()
        && ledger.open().stream().noneMatch(revival -> revival.status().underWay());
  }

  public RevivalLedger ledger() {
    return ledger;
  }

  public AgentRef ref(String agentId) {
    return new AgentRef(id(), agentId);
  }

  /** How logs call an agent: ids are safe to print, names are not. */
  public String label(String agentId) {
    return id().toString().substring(0, 8) + "/" + agentId;
  }

  /**
   * Lets a decision be made on the ledger as it is, and writes what was decided: the events are on
   * disk when this returns, or nothing has happened.
   */
  public RevivalLedger decide(Function<RevivalLedger, List<? extends JournalEvent>> decision)
      throws IOException {
    List<Optional<Revival>> changed = new ArrayList<>();
    RevivalLedger after;
    Writing writing = new Writing();
    lock.lock();
    try {
      List<? extends JournalEvent> events = decision.apply(ledger);
      events.forEach(this::requireOpen);
      for (JournalEntry entry : writing.write(events)) {
        ledger = ledger.apply(entry);
        changed.add(revivalAfter(entry.event()));
      }
      after = ledger;
    } finally {
      lock.unlock();
      writing.tell();
    }
    changed.forEach(
        revival -> {
          listeners.lineWritten();
          revival.ifPresent(listeners::revivalChanged);
        });
    return after;
  }

  private Optional<Revival> revivalAfter(JournalEvent event) {
    return event instanceof RevivalEvent revival
        ? ledger.of(event.agentId()).find(revival.subject().revival())
        : Optional.empty();
  }

  /** What has ended stays ended, whoever still believes otherwise. */
  private void requireOpen(JournalEvent event) {
    if (!(event instanceof RevivalEvent revivalEvent)) {
      return;
    }
    String id = revivalEvent.subject().revival();
    Optional<Revival> revival = ledger.of(event.agentId()).find(id);
    if (revival.isPresent() && !revival.get().status().open()) {
      throw new RevivalOverException(revival.get(), event.name());
    }
  }

  /** One write to the journal, and what listeners are to know of it once the lock is free. */
  private final class Writing {

    private @Nullable JournalWrite outcome;

    List<JournalEntry> write(List<? extends JournalEvent> events) throws IOException {
      if (events.isEmpty()) {
        return List.of();
      }
      requireHeld();
      long began = System.nanoTime();
      Optional<String> failure = Optional.of("broken off");
      try {
        List<JournalEntry> written = journal.append(events);
        failure = Optional.empty();
        return written;
      } catch (IOException e) {
        failure = Optional.of(String.valueOf(e.getMessage()));
        throw e;
      } finally {
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        outcome = new JournalWrite(id(), events.size(), took, failure);
      }
    }

    void tell() {
      if (outcome != null) {
        listeners.journalWritten(outcome);
      }
    }
  }

  /** An agent's trouble is in the journal now. */
  public void troubleDetected(FailureDetection detection) {
    listeners.troubleDetected(detection);
  }

  public void record(JournalEvent... events) throws IOException {
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
