package org.lazaruspit.pit;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.RevivalEvent.Subject;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * What the events of one cell add up to: the same code at start-up and while running. Immutable:
 * each event yields a new ledger.
 */
final class RevivalLedger {

  private final UUID cellId;
  private final Map<String, Long> incarnations;
  private final Map<String, Revival> revivals;

  private RevivalLedger(
      UUID cellId, Map<String, Long> incarnations, Map<String, Revival> revivals) {
    this.cellId = cellId;
    this.incarnations = incarnations;
    this.revivals = revivals;
  }

  static RevivalLedger empty(UUID cellId) {
    return new RevivalLedger(cellId, Map.of(), Map.of());
  }

  static RevivalLedger replay(UUID cellId, List<JournalEntry> entries) {
    Map<String, Long> incarnations = new TreeMap<>();
    Map<String, Revival> revivals = new LinkedHashMap<>();
    for (JournalEntry entry : entries) {
      add(cellId, entry, incarnations, revivals);
    }
    return sealed(cellId, incarnations, revivals);
  }

  private static RevivalLedger sealed(
      UUID cellId, Map<String, Long> incarnations, Map<String, Revival> revivals) {
    return new RevivalLedger(
        cellId, Collections.unmodifiableMap(incarnations), Collections.unmodifiableMap(revivals));
  }

  private static void add(
      UUID cellId,
      JournalEntry entry,
      Map<String, Long> incarnations,
      Map<String, Revival> revivals) {
    Subject subject = entry.event().subject();
    incarnations.merge(subject.agentId(), subject.incarnation(), Math::max);
    revivals.compute(subject.revival(), (id, before) -> next(cellId, before, entry));
  }

  RevivalLedger apply(JournalEntry entry) {
    Map<String, Long> nextIncarnations = new TreeMap<>(incarnations);
    Map<String, Revival> nextRevivals = new LinkedHashMap<>(revivals);
    add(cellId, entry, nextIncarnations, nextRevivals);
    return sealed(cellId, nextIncarnations, nextRevivals);
  }

  private static Revival next(UUID cellId, @Nullable Revival before, JournalEntry entry) {
    RevivalEvent event = entry.event();
    Subject subject = event.subject();
    Optional<RevivalStep> step =
        event instanceof RevivalEvent.StepTaken taken
            ? Optional.of(taken.step())
            : before == null ? Optional.empty() : before.step();
    return new Revival(
        subject.revival(),
        new AgentRef(cellId, subject.agentId()),
        subject.cause(),
        before == null ? event.detail() : before.reason(),
        before == null ? entry.at() : before.requestedAt(),
        event.status(),
        subject.attempt(),
        subject.incarnation(),
        step,
        entry.at(),
        event.detail());
  }

  /** The incarnation of an agent; 0 if it was never started. */
  long incarnation(String agentId) {
    return incarnations.getOrDefault(agentId, 0L);
  }

  /** The agent's open revival: there is never more than one. */
  Optional<Revival> openRevival(String agentId) {
    return open().stream().filter(r -> r.agent().agentId().equals(agentId)).findFirst();
  }

  /** The agent's newest revival, open or ended. */
  Optional<Revival> latest(String agentId) {
    return revivals.values().stream()
        .filter(r -> r.agent().agentId().equals(agentId))
        .reduce((first, second) -> second);
  }

  Optional<Revival> find(String revival) {
    return Optional.ofNullable(revivals.get(revival));
  }

  /** Everything still to be done, oldest first. */
  List<Revival> open() {
    return revivals.values().stream().filter(r -> r.status().open()).toList();
  }

  /** Every revival that was ever asked for, oldest first. */
  List<Revival> all() {
    return List.copyOf(revivals.values());
  }

  /**
   * How often this agent came back from the dead since the given instant. Its very first start is
   * no return, and what came before its last failure is settled by whoever let it live again.
   */
  int returnsSince(String agentId, Instant since) {
    int returns = 0;
    for (Revival revival : revivals.values()) {
      if (!revival.agent().agentId().equals(agentId)) {
        continue;
      }
      if (revival.status() == RevivalStatus.FAILED) {
        returns = 0;
      } else if (revival.incarnation() > 1
          && revival.revivedAt().filter(at -> !at.isBefore(since)).isPresent()) {
        returns++;
      }
    }
    return returns;
  }
}
