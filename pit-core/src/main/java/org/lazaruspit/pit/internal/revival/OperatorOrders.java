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

/** What a person orders: in the journal first, then done. Thread-safe. */
public final class OperatorOrders {

  /** In place of an agent's id. */
  public static final String WHOLE_CELL = "";

  private static final Logger log = LoggerFactory.getLogger(OperatorOrders.class);

  private final InstantSource clock;
  private final RevivalIds ids;
  private final CanaryGate holds;
  private final RevivalDispatcher dispatcher;
  private final Runnable wakeUp;

  public OperatorOrders(
      InstantSource clock,
      RevivalIds ids,
      CanaryGate holds,
      RevivalDispatcher dispatcher,
      Runnable wakeUp) {
    this.clock = clock;
    this.ids = ids;
    this.holds = holds;
    this.dispatcher = dispatcher;
    this.wakeUp = wakeUp;
  }

  public void stop(OwnedCell work, String agentId, String reason) throws IOException {
    RestrictionEvent stopped = RestrictionEvent.of(Change.STOPPED, agentId, 0, reason);
    work.decide(ledger -> with(stopped, superseded(work, ledger, agentId, "stopped: ", reason)));
    logOrder(work, agentId, stopped);
    for (String agent : agents(work, agentId)) {
      dispatcher.enforceStop(work, agent);
    }
  }

  public void pause(OwnedCell work, String agentId, Optional<Instant> until, String reason)
      throws IOException {
    RestrictionEvent paused = RestrictionEvent.paused(agentId, until, reason);
    work.decide(
        ledger ->
            with(
                paused,
                superseded(work, ledger, agentId, "paused: ", reason).stream()
                    .filter(ended -> waits(ledger, ended))
                    .toList()));
    logOrder(work, agentId, paused);
  }

  /** A revival under way is not left half done. */
  private static boolean waits(RevivalLedger ledger, Ended ended) {
    return ledger
        .of(ended.agentId())
        .find(ended.subject().revival())
        .filter(revival -> !revival.status().underWay())
        .isPresent();
  }

  public void resume(OwnedCell work, String agentId, String reason) throws IOException {
    RestrictionEvent resumed = RestrictionEvent.of(Change.RESUMED, agentId, 0, reason);
    work.decide(
        ledger -> {
          Optional<Restriction> intent =
              agentId.isEmpty() ? ledger.cellIntent() : ledger.of(agentId).intent();
          return intent.isPresent() ? List.of(resumed) : List.of();
        });
    logOrder(work, agentId, resumed);
  }

  /** First the files, then the journal: what is left in between counts as lifted by hand. */
  public void lift(OwnedCell work, List<String> agents, String reason) throws IOException {
    List<String> lifted = new ArrayList<>();
    for (String agentId : agents) {
      if (restrained(work, agentId)) {
        activate(work, agentId);
        work.decide(ledger -> lifting(ledger.of(agentId), agentId, reason));
        lifted.add(agentId);
        logOrder(work, agentId, RestrictionEvent.of(Change.LIFTED, agentId, 0, reason));
      }
    }
    if (lifted.size() > 1) {
      lifted.forEach(agentId -> holds.released(work.ref(agentId), "what was lifted by a person"));
    }
    wakeUp.run();
  }

  private static boolean restrained(OwnedCell work, String agentId) {
    return work.ledger().of(agentId).restraint().isPresent() || failed(work.spec(agentId));
  }

  private static boolean failed(@Nullable AgentSpec spec) {
    return spec != null && spec.status() == AgentStatus.FAILED;
  }

  private static List<JournalEvent> lifting(AgentHistory history, String agentId, String reason) {
    return history.restraint().isEmpty()
        ? List.of()
        : List.of(RestrictionEvent.of(Change.LIFTED, agentId, history.incarnation(), reason));
  }

  private static void activate(OwnedCell work, String agentId) throws IOException {
    AgentSpec spec = work.spec(agentId);
    boolean idle = spec != null && spec.status() == AgentStatus.PAUSED;
    if ((idle || failed(spec)) && !work.writeStatus(agentId, AgentStatus.ACTIVE)) {
      throw new IOException(work.label(agentId) + ": its file could not be made to say active");
    }
  }

  public Revival revive(OwnedCell work, String agentId, String reason) throws IOException {
    requireActive(work);
    activate(work, agentId);
    RevivalLedger after = work.decide(ledger -> ordering(ledger.of(agentId), agentId, reason));
    holds.clear(work.ref(agentId));
    dispatcher.dispatch();
    return after.of(agentId).openRevival().orElseThrow();
  }

  private void requireActive(OwnedCell work) {
    CellStatus status = work.cell().config().status();
    if (status != CellStatus.ACTIVE) {
      throw new IllegalStateException(
          "mission %s is %s, nobody is revived in it".formatted(work.id(), status.wireName()));
    }
    work.ledger()
        .cellIntent()
        .filter(intent -> intent.holds(clock.instant()))
        .ifPresent(
            intent -> {
              throw new IllegalStateException(
                  "cell %s is %s: resume it first".formatted(work.id(), intent.describe()));
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
      events.add(Requested.revival(subject, Origin.PERSON, RevivalStatus.PENDING, reason));
    } else if (open.get().status() == RevivalStatus.PENDING_APPROVAL) {
      events.add(new Decided(RevivalFold.subject(open.get(), history), true, reason));
    }
    return events;
  }

  private static List<JournalEvent> with(RestrictionEvent first, List<Ended> then) {
    List<JournalEvent> events = new ArrayList<>();
    events.add(first);
    events.addAll(then);
    return events;
  }

  private static List<Ended> superseded(
      OwnedCell work, RevivalLedger ledger, String agentId, String what, String reason) {
    return agents(work, agentId).stream()
        .map(ledger::of)
        .flatMap(
            history ->
                history.openRevival().stream()
                    .map(
                        revival ->
                            new Ended(
                                RevivalFold.subject(revival, history),
                                RevivalStatus.SUPERSEDED,
                                what + reason)))
        .toList();
  }

  private static List<String> agents(OwnedCell work, String agentId) {
    return agentId.isEmpty() ? List.copyOf(work.cell().agents().keySet()) : List.of(agentId);
  }

  private void logOrder(OwnedCell work, String agentId, RestrictionEvent event) {
    String who = agentId.isEmpty() ? "cell " + work.id() : work.label(agentId);
    log.info("{}: {} by a person: {}", who, event.name(), event.detail());
    wakeUp.run();
  }
}
