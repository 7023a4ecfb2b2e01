package org.lazaruspit.pit.internal.cell;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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
 * Owned cell: its content as last loaded, its journal and its ledger. Thread-safe; decisions that
 * depend on the ledger are made under its lock.
 */
public final class OwnedCell implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(OwnedCell.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final CellOwnership.Claim claim;

  @GuardedBy("lock")
  private final RevivalJournal journal;

  private final ListenerQueue listeners;
  private final KeyCheck keys;
  private final Function<Path, Optional<MissionCell>> loader;
  private final boolean dryRun;

  private final Map<String, Edited> edited = new ConcurrentHashMap<>();
  private final LogOnChange problems = new LogOnChange();
  private volatile MissionCell cell;

  /** Written under the lock; volatile for reads without it. */
  private volatile RevivalLedger ledger;

  /** Agent file as written by this pit, used until a later scan has read it. */
  private record Edited(AgentSpec spec, long nanos) {}

  private OwnedCell(
      MissionCell cell,
      CellOwnership.Claim claim,
      RevivalJournal journal,
      ListenerQueue listeners,
      KeyCheck keys,
      Function<Path, Optional<MissionCell>> loader,
      boolean dryRun) {
    this.listeners = listeners;
    this.keys = keys;
    this.loader = loader;
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
      KeyCheck keys,
      Function<Path, Optional<MissionCell>> loader,
      boolean dryRun)
      throws IOException {
    Path file = CellPaths.of(cell.directory()).journal();
    RevivalJournal.Author author =
        new RevivalJournal.Author(OptionalLong.of(claim.epoch()), dryRun);
    RevivalJournal journal = RevivalJournal.open(cell.id(), file, clock, author);
    return new OwnedCell(cell, claim, journal, listeners, keys, loader, dryRun);
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

  /** Sets the content loaded by a scan that began at this {@link System#nanoTime}. */
  public void cell(MissionCell loaded, long scanBegan) {
    cell = loaded;
    edited.values().removeIf(edit -> edit.nanos() - scanBegan < 0);
  }

  /** Returns the agent's file as last read or written by this pit; null if it is missing. */
  public @Nullable AgentSpec spec(String agentId) {
    Edited edit = edited.get(agentId);
    return edit != null ? edit.spec() : cell.agents().get(agentId);
  }

  /** Returns whether {@link #spec} was read from the file since this pit last wrote it. */
  public boolean read(String agentId) {
    return !edited.containsKey(agentId);
  }

  /** Writes the status into the agent's file; returns false if that fails. */
  public boolean writeStatus(String agentId, AgentStatus status) {
    if (dryRun) {
      return true;
    }
    try {
      requireHeld();
      AgentSpec written =
          CellEditor.of(directory()).updateAgent(agentId, spec -> spec.withStatus(status));
      edited.put(agentId, new Edited(written, System.nanoTime()));
      problems.clear(agentId);
      return true;
    } catch (IOException | RuntimeException e) {
      if (problems.isNew(agentId, status + " " + e)) {
        log.error(
            "{}: status {} could not be written to its file: {}",
            label(agentId),
            status.wireName(),
            e.getMessage());
      }
      return false;
    }
  }

  /** Returns the blocker of the agent by the last reading of the cell; empty if none. */
  public Optional<RevivalBlocker> blocker(String agentId, Instant now) {
    return blocker(cell.config(), spec(agentId), agentId, now);
  }

  /** Reads the cell's files again, right before an act; returns the last reading if that fails. */
  public MissionCell reload() {
    return loader.apply(cell.directory()).orElse(cell);
  }

  /** Returns the blocker of the agent by this reading of the cell; empty if none. */
  public Optional<RevivalBlocker> blocker(MissionCell read, String agentId, Instant now) {
    return blocker(read.config(), read.agents().get(agentId), agentId, now);
  }

  private Optional<RevivalBlocker> blocker(
      CellConfig mission, @Nullable AgentSpec spec, String agentId, Instant now) {
    RevivalLedger current = ledger;
    return RevivalBlocker.to(
        mission, spec, current.cellIntent(), current.of(agentId), keyBlocker(spec), now);
  }

  private Optional<RevivalBlocker> keyBlocker(@Nullable AgentSpec spec) {
    return spec == null ? Optional.empty() : keys.blocker(ref(spec.agentId()), spec.gateway());
  }

  /** Returns the blocker of an agent whose key at its gateway is another agent's; else empty. */
  public Optional<RevivalBlocker> keyBlocker(String agentId) {
    return keyBlocker(spec(agentId));
  }

  public boolean held() {
    return claim.held();
  }

  /**
   * Throws if another pit may own the cell. Called right before each act: since the journal line of
   * the act the pit may have been suspended for long.
   */
  public void requireHeld() throws IOException {
    if (!held()) {
      throw new IOException("cell " + id() + " is owned by another pit now");
    }
  }

  /** Returns whether the cell is wanted by another pit and has no revival under way. */
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

  /** Returns the name of an agent in logs: ids are safe to print, display names are not. */
  public String label(String agentId) {
    return id().toString().substring(0, 8) + "/" + agentId;
  }

  /**
   * Decides on the current ledger under the lock, and writes the events. On return they are on
   * disk; on an exception the journal is unchanged.
   */
  public RevivalLedger decide(Function<RevivalLedger, List<? extends JournalEvent>> decision)
      throws IOException {
    List<Optional<Revival>> changed = new ArrayList<>();
    RevivalLedger after;
    List<JournalWrite> writes = new ArrayList<>();
    lock.lock();
    try {
      List<? extends JournalEvent> events = decision.apply(ledger);
      events.forEach(this::requireOpen);
      for (JournalEntry entry : write(events, writes)) {
        ledger = ledger.apply(entry);
        changed.add(revivalAfter(entry.event()));
      }
      after = ledger;
    } finally {
      lock.unlock();
      writes.forEach(listeners::journalWritten);
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

  /** Throws if the revival of the event has ended. */
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

  /** Writes events; adds the outcome for listeners, which are notified after the unlock. */
  @GuardedBy("lock")
  private List<JournalEntry> write(List<? extends JournalEvent> events, List<JournalWrite> outcomes)
      throws IOException {
    if (events.isEmpty()) {
      return List.of();
    }
    requireHeld();
    long began = System.nanoTime();
    Optional<String> failure = Optional.of("interrupted by an error");
    try {
      List<JournalEntry> written = journal.append(events);
      failure = Optional.empty();
      return written;
    } catch (IOException e) {
      failure = Optional.of(String.valueOf(e.getMessage()));
      throw e;
    } finally {
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      outcomes.add(new JournalWrite(id(), events.size(), took, failure));
    }
  }

  /** Notifies listeners of a failure that the journal holds. */
  public void failureDetected(FailureDetection detection) {
    listeners.failureDetected(detection);
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
