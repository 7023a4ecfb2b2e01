package org.lazaruspit.pit.internal.ledger;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.internal.journal.JournalEntry;
import org.lazaruspit.pit.internal.journal.JournalEvent;
import org.lazaruspit.pit.internal.journal.RestrictionEvent;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * State of one cell by its journal, computed by the same code at start-up and while running.
 * Immutable: each event yields a new ledger.
 */
public final class RevivalLedger {

  private final UUID cellId;
  private final Optional<Restriction> cellIntent;
  private final Map<String, AgentHistory> agents;

  private RevivalLedger(
      UUID cellId, Optional<Restriction> cellIntent, Map<String, AgentHistory> agents) {
    this.cellId = cellId;
    this.cellIntent = cellIntent;
    this.agents = Collections.unmodifiableMap(agents);
  }

  static RevivalLedger empty(UUID cellId) {
    return new RevivalLedger(cellId, Optional.empty(), Map.of());
  }

  public static RevivalLedger replay(UUID cellId, List<JournalEntry> entries) {
    RevivalLedger ledger = empty(cellId);
    Map<String, AgentHistory> agents = new TreeMap<>();
    Optional<Restriction> intent = Optional.empty();
    for (JournalEntry entry : entries) {
      intent = ledger.intentAfter(intent, entry);
      ledger.add(agents, entry);
    }
    return new RevivalLedger(cellId, intent, agents);
  }

  public RevivalLedger apply(JournalEntry entry) {
    Map<String, AgentHistory> next = new TreeMap<>(agents);
    add(next, entry);
    return new RevivalLedger(cellId, intentAfter(cellIntent, entry), next);
  }

  private void add(Map<String, AgentHistory> histories, JournalEntry entry) {
    String agentId = entry.event().agentId();
    if (!agentId.isEmpty()) {
      AgentHistory before = histories.getOrDefault(agentId, AgentHistory.EMPTY);
      AgentRef agent = new AgentRef(cellId, agentId);
      histories.put(agentId, before.after(agent, entry.at(), entry.event()));
    }
  }

  private static boolean concernsCell(JournalEvent event) {
    return event instanceof RestrictionEvent && event.agentId().isEmpty();
  }

  private Optional<Restriction> intentAfter(Optional<Restriction> before, JournalEntry entry) {
    return concernsCell(entry.event())
        ? Optional.ofNullable(
            AgentHistory.restriction(entry.at(), (RestrictionEvent) entry.event()))
        : before;
  }

  /** Returns the history of an agent; an empty one if the journal does not name it. */
  public AgentHistory of(String agentId) {
    return agents.getOrDefault(agentId, AgentHistory.EMPTY);
  }

  /** Returns the stop or pause of the cell on record; a pause may be over. */
  public Optional<Restriction> cellIntent() {
    return cellIntent;
  }

  /** Returns the incarnation of an agent; 0 if it was never started. */
  public long incarnation(String agentId) {
    return of(agentId).incarnation();
  }

  public Optional<Revival> find(String revival) {
    return agents.values().stream().flatMap(agent -> agent.find(revival).stream()).findFirst();
  }

  /** Returns all open revivals and hand-overs. */
  public List<Revival> open() {
    return agents.values().stream().flatMap(agent -> agent.open().stream()).toList();
  }

  /** Returns all kept revivals and hand-overs. */
  public List<Revival> all() {
    return agents.values().stream().flatMap(agent -> agent.revivals().stream()).toList();
  }
}
