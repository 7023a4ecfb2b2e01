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
 * What the events of one cell add up to: the same code at start-up and while running. Immutable:
 * each event yields a new ledger.
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

  private static boolean aboutTheCell(JournalEvent event) {
    return event instanceof RestrictionEvent && event.agentId().isEmpty();
  }

  private Optional<Restriction> intentAfter(Optional<Restriction> before, JournalEntry entry) {
    return aboutTheCell(entry.event())
        ? Optional.ofNullable(AgentHistory.standing(entry.at(), (RestrictionEvent) entry.event()))
        : before;
  }

  /** What the journal says of an agent; nothing at all for one that it doesn't name. */
  public AgentHistory of(String agentId) {
    return agents.getOrDefault(agentId, AgentHistory.EMPTY);
  }

  /** What a person wants of the whole cell; one with an end may be over. */
  public Optional<Restriction> cellIntent() {
    return cellIntent;
  }

  /** The incarnation of an agent; 0 if it was never started. */
  public long incarnation(String agentId) {
    return of(agentId).incarnation();
  }

  public Optional<Revival> find(String revival) {
    return agents.values().stream().flatMap(agent -> agent.find(revival).stream()).findFirst();
  }

  /** Everything still to be done. */
  public List<Revival> open() {
    return agents.values().stream().flatMap(agent -> agent.open().stream()).toList();
  }

  /** Every revival that is remembered. */
  public List<Revival> all() {
    return agents.values().stream().flatMap(agent -> agent.revivals().stream()).toList();
  }
}
