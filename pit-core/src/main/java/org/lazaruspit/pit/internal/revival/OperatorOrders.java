package org.lazaruspit.pit.internal.revival;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.CellStatus;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.Revival.Origin;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.journal.JournalEvent;
import org.lazaruspit.pit.internal.journal.RestrictionEvent;
import org.lazaruspit.pit.internal.journal.RestrictionEvent.Change;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Decided;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Ended;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Requested;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;
import org.lazaruspit.pit.internal.journal.RevivalIds;
import org.lazaruspit.pit.internal.ledger.AgentHistory;
import org.lazaruspit.pit.internal.ledger.RevivalFold;
import org.lazaruspit.pit.internal.ledger.RevivalLedger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Orders of operators: journaled first, then carried out. Thread-safe. */
public final class OperatorOrders {

  /** Agent id that stands for all agents of a cell. */
  public static final String WHOLE_CELL = "";

  private static final Logger log = LoggerFactory.getLogger(OperatorOrders.class);

  private final InstantSource clock;
  private final RevivalIds ids;
  private final CanaryGate canaries;
  private final RevivalDispatcher dispatcher;
  private final Runnable wakeUp;

  public OperatorOrders(
      InstantSource clock,
      RevivalIds ids,
      CanaryGate canaries,
      RevivalDispatcher dispatcher,
      Runnable wakeUp) {
    this.clock = clock;
    this.ids = ids;
    this.canaries = canaries;
    this.dispatcher = dispatcher;
    this.wakeUp = wakeUp;
  }

  public void stop(OwnedCell owned, String agentId, String reason) throws IOException {
    RestrictionEvent stopped = RestrictionEvent.of(Change.STOPPED, agentId, 0, reason);
    owned.decide(ledger -> with(stopped, superseded(owned, ledger, agentId, "stopped: ", reason)));
    logOrder(owned, agentId, stopped);
    for (String agent : agents(owned, agentId)) {
      dispatcher.enforceStop(owned, agent);
    }
  }

  public void pause(OwnedCell owned, String agentId, Optional<Instant> until, String reason)
      throws IOException {
    RestrictionEvent paused = RestrictionEvent.paused(agentId, until, reason);
    owned.decide(
        ledger ->
            with(
                paused,
                superseded(owned, ledger, agentId, "paused: ", reason).stream()
                    .filter(ended -> hasNotBegun(ledger, ended))
                    .toList()));
    logOrder(owned, agentId, paused);
  }

  /** Returns whether the revival has not begun: a revival under way is completed. */
  private static boolean hasNotBegun(RevivalLedger ledger, Ended ended) {
    return ledger
        .of(ended.agentId())
        .find(ended.subject().revival())
        .filter(revival -> !revival.status().underWay())
        .isPresent();
  }

  public void resume(OwnedCell owned, String agentId, String reason) throws IOException {
    RestrictionEvent resumed = RestrictionEvent.of(Change.RESUMED, agentId, 0, reason);
    owned.decide(
        ledger -> {
          Optional<Restriction> intent =
              agentId.isEmpty() ? ledger.cellIntent() : ledger.of(agentId).intent();
          return intent.isPresent() ? List.of(resumed) : List.of();
        });
    logOrder(owned, agentId, resumed);
  }

  /**
   * Lifts quarantines and holds. Writes the files first: after a crash in between, an active file
   * lifts the quarantine.
   */
  public void lift(OwnedCell owned, List<String> agents, String reason) throws IOException {
    List<String> lifted = new ArrayList<>();
    for (String agentId : agents) {
      if (isRestricted(owned, agentId)) {
        activate(owned, agentId);
        owned.decide(ledger -> lifting(ledger.of(agentId), agentId, reason));
        lifted.add(agentId);
        logOrder(owned, agentId, RestrictionEvent.of(Change.LIFTED, agentId, 0, reason));
      }
    }
    if (lifted.size() > 1) {
      lifted.forEach(agentId -> canaries.released(owned.ref(agentId), "an operator's lift"));
    }
    wakeUp.run();
  }

  private static boolean isRestricted(OwnedCell owned, String agentId) {
    return owned.ledger().of(agentId).restraint().isPresent() || failed(owned.spec(agentId));
  }

  private static boolean failed(@Nullable AgentSpec spec) {
    return spec != null && spec.status() == AgentStatus.FAILED;
  }

  private static List<JournalEvent> lifting(AgentHistory history, String agentId, String reason) {
    return history.restraint().isEmpty()
        ? List.of()
        : List.of(RestrictionEvent.of(Change.LIFTED, agentId, history.incarnation(), reason));
  }

  private static void activate(OwnedCell owned, String agentId) throws IOException {
    AgentSpec spec = owned.spec(agentId);
    boolean idle = spec != null && spec.status() == AgentStatus.PAUSED;
    if ((idle || failed(spec)) && !owned.writeStatus(agentId, AgentStatus.ACTIVE)) {
      throw new IOException(
          owned.label(agentId) + ": status active could not be written to its file");
    }
  }

  public Revival revive(OwnedCell owned, String agentId, String reason) throws IOException {
    requireActive(owned);
    requireKey(owned, agentId);
    activate(owned, agentId);
    RevivalLedger after = owned.decide(ledger -> ordering(ledger.of(agentId), agentId, reason));
    canaries.clear(owned.ref(agentId));
    dispatcher.dispatch();
    return after.of(agentId).openRevival().orElseThrow();
  }

  private void requireActive(OwnedCell owned) {
    CellStatus status = owned.cell().config().status();
    if (status != CellStatus.ACTIVE) {
      throw new IllegalStateException(
          "mission %s is %s; agents are revived only in an active mission"
              .formatted(owned.id(), status.wireName()));
    }
    owned
        .ledger()
        .cellIntent()
        .filter(intent -> intent.holds(clock.instant()))
        .ifPresent(
            intent -> {
              throw new IllegalStateException(
                  "cell %s is %s: resume it first".formatted(owned.id(), intent.describe()));
            });
  }

  private static void requireKey(OwnedCell owned, String agentId) {
    owned
        .keyBlocker(agentId)
        .ifPresent(
            taken -> {
              throw new IllegalStateException(owned.ref(agentId) + ": refused: " + taken.reason());
            });
  }

  private List<JournalEvent> ordering(AgentHistory history, String agentId, String reason) {
    List<JournalEvent> events = new ArrayList<>(lifting(history, agentId, reason));
    if (history.intent().isPresent()) {
      events.add(RestrictionEvent.of(Change.RESUMED, agentId, history.incarnation(), reason));
    }
    Optional<Revival> open = history.openRevival();
    if (open.isEmpty()) {
      Subject subject =
          new Subject(ids.next(), agentId, FailureCause.EXIT, 0, history.incarnation());
      events.add(Requested.revival(subject, Origin.OPERATOR, RevivalStatus.PENDING, reason));
    } else if (open.get().status() == RevivalStatus.PENDING_APPROVAL) {
      events.add(new Decided(RevivalFold.subject(open.get(), history), true, reason));
    }
    return events;
  }

  private static List<JournalEvent> with(RestrictionEvent restriction, List<Ended> ended) {
    List<JournalEvent> events = new ArrayList<>();
    events.add(restriction);
    events.addAll(ended);
    return events;
  }

  private static List<Ended> superseded(
      OwnedCell owned, RevivalLedger ledger, String agentId, String prefix, String reason) {
    return agents(owned, agentId).stream()
        .map(ledger::of)
        .flatMap(
            history ->
                history.openRevival().stream()
                    .map(
                        revival ->
                            new Ended(
                                RevivalFold.subject(revival, history),
                                RevivalStatus.SUPERSEDED,
                                prefix + reason)))
        .toList();
  }

  private static List<String> agents(OwnedCell owned, String agentId) {
    return agentId.isEmpty() ? List.copyOf(owned.cell().agents().keySet()) : List.of(agentId);
  }

  private void logOrder(OwnedCell owned, String agentId, RestrictionEvent event) {
    String target = agentId.isEmpty() ? "cell " + owned.id() : owned.label(agentId);
    log.info("{}: {} by an operator: {}", target, event.name(), event.detail());
    wakeUp.run();
  }
}
