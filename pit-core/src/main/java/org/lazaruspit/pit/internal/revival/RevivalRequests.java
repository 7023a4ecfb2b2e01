package org.lazaruspit.pit.internal.revival;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.EffectivePolicies;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.FailureDetection;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.Revival.Origin;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.journal.JournalEvent;
import org.lazaruspit.pit.internal.journal.RestrictionEvent;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Ended;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Requested;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;
import org.lazaruspit.pit.internal.journal.RevivalIds;
import org.lazaruspit.pit.internal.ledger.AgentHistory;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.internal.ledger.RevivalFold;
import org.lazaruspit.pit.internal.ledger.RevivalLedger;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.internal.revival.RevivalCapacity.Place;
import org.lazaruspit.pit.internal.revival.RevivalPlanner.Situation;
import org.lazaruspit.pit.spi.AgentRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the loop and the watch have found, turned into what is to be done about it: a request, a
 * hold, an end of either. Decided under the cell's lock, written down, then begun. Thread-safe.
 */
public final class RevivalRequests {

  private static final Logger log = LoggerFactory.getLogger(RevivalRequests.class);

  private final PitConfig config;
  private final InstantSource clock;
  private final RevivalIds ids;
  private final CanaryGate holds;
  private final RevivalDispatcher dispatcher;
  private final QuarantinePlanner givingUp;
  private final boolean dryRun;
  private final LogOnChange trouble = new LogOnChange();

  public RevivalRequests(
      PitConfig config,
      InstantSource clock,
      RevivalIds ids,
      QuarantinePlanner givingUp,
      CanaryGate holds,
      RevivalDispatcher dispatcher,
      boolean dryRun) {
    this.config = config;
    this.clock = clock;
    this.ids = ids;
    this.holds = holds;
    this.dispatcher = dispatcher;
    this.givingUp = givingUp;
    this.dryRun = dryRun;
  }

  /**
   * Asks for a revival on evidence about one incarnation: it says nothing about a later one.
   * Trouble that a restart would not cure is held instead.
   */
  public Optional<Revival> request(
      OwnedCell work,
      AgentRef agent,
      long incarnation,
      FailureCause cause,
      String evidence,
      Optional<Instant> since)
      throws IOException {
    if (cause.held()) {
      if (hold(work, agent, incarnation, cause, evidence)) {
        log.warn("{}: held ({}): {}", work.label(agent.agentId()), cause.wireName(), evidence);
        work.troubleDetected(
            new FailureDetection(agent, incarnation, cause, clock.instant(), since));
      }
      return Optional.empty();
    }
    Opening opening = new Opening(work, agent.agentId(), cause, evidence);
    RevivalLedger ledger;
    try {
      ledger =
          work.decide(
              before ->
                  before.incarnation(agent.agentId()) == incarnation
                      ? opening.events(before.of(agent.agentId()))
                      : List.of());
    } catch (IOException | RuntimeException e) {
      opening.release();
      throw e;
    }
    Instant detected = clock.instant();
    opening.begin(ledger);
    if (opening.requested()) {
      log.warn("{}: dead ({}): {}", work.label(agent.agentId()), cause.wireName(), evidence);
      work.troubleDetected(new FailureDetection(agent, incarnation, cause, detected, since));
    }
    return ledger.of(agent.agentId()).openRevival();
  }

  /** What a request amounts to: nothing where there is nothing new to decide. */
  private final class Opening {

    private final OwnedCell work;
    private final MissionCell cell;
    private final String agentId;
    private final FailureCause cause;
    private final String evidence;
    private Optional<Place> place = Optional.empty();
    private boolean requested;

    Opening(OwnedCell work, String agentId, FailureCause cause, String evidence) {
      this.work = work;
      this.cell = work.reload();
      this.agentId = agentId;
      this.cause = cause;
      this.evidence = evidence;
    }

    List<JournalEvent> events(AgentHistory history) {
      EffectivePolicies policies = cell.effectivePolicies(config.defaultPolicies());
      AutoRevive policy = policies.autoRevive();
      if (work.blocker(cell, agentId, clock.instant()).isPresent()
          || history.latest().filter(latest -> settled(latest, history, policy)).isPresent()) {
        return List.of();
      }
      requested = true;
      Subject subject = new Subject(ids.next(), agentId, cause, 0, history.incarnation());
      Requested requested = Requested.revival(subject, Origin.DEATH, statusUnder(policy), evidence);
      List<JournalEvent> events = new ArrayList<>();
      events.add(requested);
      Optional<String> overBudget =
          policy == AutoRevive.YES ? overBudget(history) : Optional.empty();
      if (overBudget.isPresent()) {
        events.addAll(givingUp.events(work, subject, overBudget.get()));
      } else {
        place = dispatcher.reserve(situation(requested, history, policies));
        place.ifPresent(taken -> events.addAll(RevivalRunner.firstSteps(firstAttempt(subject))));
      }
      return events;
    }

    private Situation situation(
        Requested requested, AgentHistory history, EffectivePolicies policies) {
      Instant now = clock.instant();
      return new Situation(
          RevivalFold.requested(work.ref(agentId), now, requested),
          history.after(work.ref(agentId), now, requested),
          Optional.empty(),
          policies.autoRevive(),
          policies.maxRetries(),
          config.limits().perAgentWindow());
    }

    private static Subject firstAttempt(Subject it) {
      return new Subject(it.revival(), it.agentId(), it.cause(), 1, it.incarnation());
    }

    /** Whether there was something new to decide. */
    boolean requested() {
      return requested;
    }

    /** What was written is begun; where there was no place for it, it waits with the others. */
    void begin(RevivalLedger ledger) {
      if (place.isPresent()) {
        Revival revival = ledger.of(agentId).openRevival().orElseThrow();
        dispatcher.start(new Attempt(work, revival, 1), cell, place.get());
      } else {
        dispatcher.dispatch();
      }
    }

    /** Nothing was written, so there is nothing that a place is needed for. */
    void release() {
      place.ifPresent(taken -> dispatcher.release(work.ref(agentId), taken));
    }
  }

  /** An open one is not asked for twice, and a no holds for the incarnation it was said about. */
  private boolean settled(Revival latest, AgentHistory history, AutoRevive policy) {
    if (latest.status().open()) {
      return true;
    }
    return latest.incarnation() == history.incarnation()
        && ((dryRun && latest.detail().startsWith(RevivalDispatcher.DRY_RUN))
            || latest.status() == RevivalStatus.DENIED
            || (latest.status() == RevivalStatus.DECLINED && policy == AutoRevive.NO));
  }

  private static RevivalStatus statusUnder(AutoRevive policy) {
    return switch (policy) {
      case YES -> RevivalStatus.PENDING;
      case ASK -> RevivalStatus.PENDING_APPROVAL;
      case NO -> RevivalStatus.DECLINED;
    };
  }

  private Optional<String> overBudget(AgentHistory history) {
    PitConfig.Limits limits = config.limits();
    Duration window = limits.perAgentWindow();
    int returns = history.returns(clock.instant(), window);
    return returns < limits.revivalsPerAgent()
        ? Optional.empty()
        : Optional.of(
            "quarantined: came back %d times within %d s, a person has to look"
                .formatted(returns, window.toSeconds()));
  }

  /**
   * Trouble that a restart would not cure: written down once, shown until it ends. False where it
   * is written down already, or nothing is to be.
   */
  private static boolean hold(
      OwnedCell work, AgentRef agent, long incarnation, FailureCause cause, String evidence)
      throws IOException {
    String agentId = agent.agentId();
    AtomicBoolean isNew = new AtomicBoolean();
    work.decide(
        ledger -> {
          AgentHistory history = ledger.of(agentId);
          if (history.incarnation() != incarnation
              || history.restraint().isPresent()
              || history.openRevival().isPresent()) {
            return List.of();
          }
          isNew.set(true);
          return List.of(RestrictionEvent.held(agentId, incarnation, cause, evidence));
        });
    return isNew.get();
  }

  /**
   * Brings together what the journal says of quarantines and what the agents' files say: a file
   * that was set to run by hand lifts the quarantine, and one that could not be marked is marked.
   */
  public void reconcile(OwnedCell work) {
    for (AgentSpec spec : work.cell().agents().values()) {
      AgentHistory history = work.ledger().of(spec.agentId());
      if (quarantined(history) && work.read(spec.agentId()) && RevivalBlocker.runs(spec)) {
        try {
          reconcile(work, spec.agentId());
          trouble.clear(work.ref(spec.agentId()));
        } catch (IOException e) {
          if (trouble.isNew(work.ref(spec.agentId()), e.toString())) {
            log.error("{}: its quarantine is not settled: {}", spec.agentId(), e.getMessage());
          }
        }
      }
    }
  }

  private static boolean quarantined(AgentHistory history) {
    return history
        .restraint()
        .filter(restraint -> restraint.kind() == Restriction.Kind.QUARANTINED)
        .isPresent();
  }

  private void reconcile(OwnedCell work, String agentId) throws IOException {
    boolean unmarked = work.ledger().of(agentId).unmarked();
    if (unmarked && !work.writeStatus(agentId, AgentStatus.FAILED)) {
      return;
    }
    work.decide(
        ledger -> {
          AgentHistory history = ledger.of(agentId);
          Optional<Restriction> restraint = history.restraint();
          if (restraint.isEmpty() || history.unmarked() != unmarked) {
            return List.of();
          }
          return List.of(
              unmarked
                  ? RestrictionEvent.quarantined(
                      agentId, history.incarnation(), true, restraint.get().reason())
                  : RestrictionEvent.of(
                      RestrictionEvent.Change.LIFTED,
                      agentId,
                      history.incarnation(),
                      "its file was set to run by hand"));
        });
  }

  /** Its mission has ended, or was paused: what waits is not needed any more. */
  public void missionEnded(OwnedCell work, String why) {
    try {
      work.decide(
          ledger ->
              ledger.open().stream()
                  .filter(revival -> !revival.status().underWay())
                  .map(
                      revival ->
                          new Ended(
                              RevivalFold.subject(revival, ledger.of(revival.agent().agentId())),
                              RevivalStatus.SUPERSEDED,
                              why))
                  .toList());
      trouble.clear(work.id());
    } catch (IOException e) {
      if (trouble.isNew(work.id(), e.toString())) {
        log.error("cell {}: what it waited for is not ended: {}", work.id(), e.getMessage());
      }
    }
  }

  /** It was seen alive: what was held against it is over, and what has not begun is not needed. */
  public void alive(OwnedCell work, AgentRef agent, String evidence) throws IOException {
    holds.alive(agent);
    if (nothingToEnd(work.ledger().of(agent.agentId()))) {
      return;
    }
    work.decide(
        ledger -> {
          AgentHistory history = ledger.of(agent.agentId());
          List<JournalEvent> events = new ArrayList<>();
          if (held(history)) {
            events.add(
                RestrictionEvent.of(
                    RestrictionEvent.Change.LIFTED,
                    agent.agentId(),
                    history.incarnation(),
                    "it is well again: " + evidence));
          }
          history
              .openRevival()
              .filter(revival -> notBegun(revival))
              .ifPresent(
                  revival ->
                      events.add(
                          new Ended(
                              RevivalFold.subject(revival, history),
                              RevivalStatus.SUPERSEDED,
                              "it came back by itself: " + evidence)));
          return events;
        });
  }

  private static boolean nothingToEnd(AgentHistory history) {
    return !held(history) && history.openRevival().filter(it -> notBegun(it)).isEmpty();
  }

  private static boolean held(AgentHistory history) {
    return history.restraint().filter(it -> it.kind() == Restriction.Kind.HELD).isPresent();
  }

  private static boolean notBegun(Revival revival) {
    return revival.attempt() == 0
        && (revival.status() == RevivalStatus.PENDING
            || revival.status() == RevivalStatus.PENDING_APPROVAL);
  }
}
