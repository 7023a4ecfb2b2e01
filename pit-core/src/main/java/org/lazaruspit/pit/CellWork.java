package org.lazaruspit.pit;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CellPaths;
import org.lazaruspit.cell.CellStatus;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.CellOwnership;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cell that this pit works: its content as last loaded, its journal, and the ledger that the
 * journal adds up to. Thread-safe; decisions that depend on the ledger are made under its lock.
 */
final class CellWork implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(CellWork.class);

  private final CellOwnership.Claim claim;
  private final RevivalJournal journal;
  private final Listeners listeners;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile MissionCell cell;
  private volatile RevivalLedger ledger;
  private final Map<String, Long> givenUp = new ConcurrentHashMap<>();
  private final Set<String> givenUpForGood = ConcurrentHashMap.newKeySet();

  private CellWork(
      MissionCell cell, CellOwnership.Claim claim, RevivalJournal journal, Listeners listeners) {
    this.listeners = listeners;
    this.cell = cell;
    this.claim = claim;
    this.journal = journal;
    this.ledger = RevivalLedger.replay(cell.id(), journal.replayed());
  }

  static CellWork open(
      MissionCell cell, CellOwnership.Claim claim, InstantSource clock, Listeners listeners)
      throws IOException {
    Path file = CellPaths.of(cell.directory()).journal();
    return new CellWork(cell, claim, RevivalJournal.open(cell.id(), file, clock), listeners);
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

  /** Takes over what a scan has loaded that began at this time ({@link System#nanoTime}). */
  void cell(MissionCell loaded, long scanBegan) {
    cell = loaded;
    givenUp.values().removeIf(markedAt -> markedAt - scanBegan < 0);
    givenUpForGood.removeIf(id -> statusOf(id).filter(AgentStatus.FAILED::equals).isPresent());
  }

  private Optional<AgentStatus> statusOf(String agentId) {
    return Optional.ofNullable(cell.agents().get(agentId)).map(AgentSpec::status);
  }

  /**
   * Has the agent's file say {@code failed}, and counts the agent as failed from now on: a scan
   * that is under way may have read otherwise, and the file may refuse to be changed.
   */
  void markFailed(String agentId) {
    givenUp.put(agentId, System.nanoTime());
    try {
      CellEditor.of(directory()).updateAgent(agentId, spec -> spec.withStatus(AgentStatus.FAILED));
    } catch (IOException | RuntimeException e) {
      givenUpForGood.add(agentId);
      log.error("{}: its file could not be marked failed: {}", label(agentId), e.getMessage());
    }
  }

  /** Whether the agent is one to look after, as far as its file says. */
  boolean supervises(String agentId) {
    return !givenUp.containsKey(agentId)
        && !givenUpForGood.contains(agentId)
        && statusOf(agentId).filter(CellWork::runs).isPresent();
  }

  private static boolean runs(AgentStatus status) {
    return status == AgentStatus.IDLE || status == AgentStatus.ACTIVE;
  }

  /** As above, but as the files say right now: asked at the moment of acting. */
  boolean wanted(String agentId) {
    if (!supervises(agentId)) {
      return false;
    }
    try {
      CellEditor files = CellEditor.of(directory());
      return runs(files.updateAgent(agentId, UnaryOperator.identity()).status())
          && files.updateConfig(UnaryOperator.identity()).status() == CellStatus.ACTIVE;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException | RuntimeException e) {
      log.debug("{}: cannot be read right now, the last reading holds", label(agentId), e);
      return true;
    }
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
    List<Revival> changed = new ArrayList<>();
    RevivalLedger after;
    lock.lock();
    try {
      List<RevivalEvent> events = decision.apply(ledger);
      events.forEach(this::requireOpen);
      for (JournalEntry entry : write(events)) {
        ledger = ledger.apply(entry);
        changed.add(ledger.find(entry.event().subject().revival()).orElseThrow());
      }
      after = ledger;
    } finally {
      lock.unlock();
    }
    changed.forEach(listeners::revivalChanged);
    return after;
  }

  /** What has ended stays ended, whoever still believes otherwise. */
  private void requireOpen(RevivalEvent event) {
    Optional<Revival> revival = ledger.find(event.subject().revival());
    if (revival.isPresent() && !revival.get().status().open()) {
      throw new IllegalStateException(
          "revival %s has ended as %s, %s comes too late"
              .formatted(revival.get().id(), revival.get().status().wireName(), event.name()));
    }
  }

  private List<JournalEntry> write(List<RevivalEvent> events) throws IOException {
    if (events.isEmpty()) {
      return List.of();
    }
    if (!claim.held()) {
      throw new IOException("cell " + id() + " is worked by another pit now");
    }
    return journal.append(events);
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
