package org.lazaruspit.pit.internal.revival;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import org.lazaruspit.pit.internal.revival.RevivalCapacity.Slot;
import org.lazaruspit.pit.internal.revival.RevivalPlanner.Situation;
import org.lazaruspit.pit.spi.AgentRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns findings of the loop and the watches into requests and holds, or ends them. Decides under
 * the cell's lock, journals, then acts. Thread-safe.
 */
public final class RevivalRequests {

  private static final Logger log = LoggerFactory.getLogger(RevivalRequests.class);

  private final PitConfig config;
  private final InstantSource clock;
  private final RevivalIds ids;
  private final CanaryGate canaries;
  private final RevivalDispatcher dispatcher;
  private final AgentHolds holds;
  private final QuarantinePlanner quarantines;
  private final boolean dryRun;
  private final LogOnChange trouble = new LogOnChange();

  public RevivalRequests(
      PitConfig config,
      InstantSource clock,
      RevivalIds ids,
      QuarantinePlanner quarantines,
      CanaryGate canaries,
      RevivalDispatcher dispatcher,
      boolean dryRun) {
    this.config = config;
    this.clock = clock;
    this.ids = ids;
    this.canaries = canaries;
    this.dispatcher = dispatcher;
    this.holds = new AgentHolds(clock);
    this.quarantines = quarantines;
    this.dryRun = dryRun;
  }

  /**
   * Requests a revival on evidence about one incarnation; ignored if the journal knows a later one.
   * Holds the agent instead if a restart does not cure the cause.
   */
  public Optional<Revival> request(
      OwnedCell owned,
      AgentRef agent,
      long incarnation,
      FailureCause cause,
      String evidence,
      Optional<Instant> since)
      throws IOException {
    if (cause.held()) {
      holds.hold(owned, agent, incarnation, cause, evidence, since);
      return Optional.empty();
    }
    Opening opening = new Opening(owned, agent.agentId(), cause, evidence);
    RevivalLedger ledger;
    try {
      ledger =
          owned.decide(
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
      log.warn("{}: dead ({}): {}", owned.label(agent.agentId()), cause.wireName(), evidence);
      owned.failureDetected(new FailureDetection(agent, incarnation, cause, detected, since));
    }
    return ledger.of(agent.agentId()).openRevival();
  }

  /** Request for one revival. Used by the requesting thread only. */
  private final class Opening {

    private final OwnedCell owned;
    private final MissionCell cell;
    private final String agentId;
    private final FailureCause cause;
    private final String evidence;
    private Optional<Slot> slot = Optional.empty();
    private boolean requested;

    Opening(OwnedCell owned, String agentId, FailureCause cause, String evidence) {
      this.owned = owned;
      this.cell = owned.reload();
      this.agentId = agentId;
      this.cause = cause;
      this.evidence = evidence;
    }

    List<JournalEvent> events(AgentHistory history) {
      EffectivePolicies policies = cell.effectivePolicies(config.defaultPolicies());
      AutoRevive policy = policies.autoRevive();
      if (owned.blocker(cell, agentId, clock.instant()).isPresent()
          || history.latest().filter(latest -> isDecided(latest, history, policy)).isPresent()) {
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
        events.addAll(quarantines.events(owned, subject, overBudget.get()));
      } else {
        slot = dispatcher.reserve(situation(requested, history, policies));
        slot.ifPresent(taken -> events.addAll(RevivalRunner.firstSteps(firstAttempt(subject))));
      }
      return events;
    }

    private Situation situation(
        Requested requested, AgentHistory history, EffectivePolicies policies) {
      Instant now = clock.instant();
      return new Situation(
          RevivalFold.requested(owned.ref(agentId), now, requested),
          history.after(owned.ref(agentId), now, requested),
          Optional.empty(),
          policies.autoRevive(),
          policies.maxRetries(),
          config.limits().perAgentWindow());
    }

    private static Subject firstAttempt(Subject subject) {
      return new Subject(
          subject.revival(), subject.agentId(), subject.cause(), 1, subject.incarnation());
    }

    /** Returns whether a revival was requested. */
    boolean requested() {
      return requested;
    }

    /** Starts the journaled attempt; without a slot, dispatches all open revivals. */
    void begin(RevivalLedger ledger) {
      if (slot.isPresent()) {
        Revival revival = ledger.of(agentId).openRevival().orElseThrow();
        dispatcher.start(new Attempt(owned, revival, 1), cell, slot.get());
      } else {
        dispatcher.dispatch();
      }
    }

    /** Releases the slot after a failed write. */
    void release() {
      slot.ifPresent(taken -> dispatcher.release(owned.ref(agentId), taken));
    }
  }

  /** Returns whether the latest revival is open, or was denied for this incarnation. */
  private boolean isDecided(Revival latest, AgentHistory history, AutoRevive policy) {
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
            "quarantined: revived %d times within %d s; an operator has to lift it"
                .formatted(returns, window.toSeconds()));
  }

  /**
   * Reconciles quarantines with agents' files: a file that an operator set to run lifts the
   * quarantine; a file whose mark could not be written is marked.
   */
  public void reconcile(OwnedCell owned) {
    for (AgentSpec spec : owned.cell().agents().values()) {
      AgentHistory history = owned.ledger().of(spec.agentId());
      if (quarantined(history) && owned.read(spec.agentId()) && RevivalBlocker.runs(spec)) {
        try {
          reconcile(owned, spec.agentId());
          trouble.clear(owned.ref(spec.agentId()));
        } catch (IOException e) {
          if (trouble.isNew(owned.ref(spec.agentId()), e.toString())) {
            log.error(
                "{}: quarantine not reconciled with its file: {}",
                owned.label(spec.agentId()),
                e.getMessage());
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

  private void reconcile(OwnedCell owned, String agentId) throws IOException {
    boolean unmarked = owned.ledger().of(agentId).unmarked();
    if (unmarked && !owned.writeStatus(agentId, AgentStatus.FAILED)) {
      return;
    }
    owned.decide(
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
                      "its file was set to run by an operator"));
        });
  }

  /** Ends waiting revivals of a cell whose mission has ended or is paused. */
  public void missionEnded(OwnedCell owned, String reason) {
    try {
      owned.decide(
          ledger ->
              ledger.open().stream()
                  .filter(revival -> !revival.status().underWay())
                  .map(
                      revival ->
                          new Ended(
                              RevivalFold.subject(revival, ledger.of(revival.agent().agentId())),
                              RevivalStatus.SUPERSEDED,
                              reason))
                  .toList());
      trouble.clear(owned.id());
    } catch (IOException e) {
      if (trouble.isNew(owned.id(), e.toString())) {
        log.error("cell {}: waiting revivals not ended: {}", owned.id(), e.getMessage());
      }
    }
  }

  /** Ends the hold and the waiting revival of an agent that is alive. */
  public void alive(OwnedCell owned, AgentRef agent, String evidence) throws IOException {
    canaries.alive(agent);
    if (nothingToEnd(owned.ledger().of(agent.agentId()))) {
      return;
    }
    owned.decide(
        ledger -> {
          AgentHistory history = ledger.of(agent.agentId());
          List<JournalEvent> events = new ArrayList<>();
          events.addAll(AgentHolds.lift(history, agent.agentId(), evidence));
          history
              .openRevival()
              .filter(revival -> notBegun(revival))
              .ifPresent(
                  revival ->
                      events.add(
                          new Ended(
                              RevivalFold.subject(revival, history),
                              RevivalStatus.SUPERSEDED,
                              "recovered by itself: " + evidence)));
          return events;
        });
  }

  private static boolean nothingToEnd(AgentHistory history) {
    return !AgentHolds.isHeld(history)
        && history.openRevival().filter(it -> notBegun(it)).isEmpty();
  }

  private static boolean notBegun(Revival revival) {
    return revival.attempt() == 0
        && (revival.status() == RevivalStatus.PENDING
            || revival.status() == RevivalStatus.PENDING_APPROVAL);
  }
}
