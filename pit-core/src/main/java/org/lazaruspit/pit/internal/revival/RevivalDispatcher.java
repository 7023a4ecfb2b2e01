package org.lazaruspit.pit.internal.revival;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.EffectivePolicies;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.RevivalStep;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.cell.OwnedCells;
import org.lazaruspit.pit.internal.cell.RevivalOverException;
import org.lazaruspit.pit.internal.journal.RevivalEvent.AttemptFailed;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Ended;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.internal.plugin.FencedReviver;
import org.lazaruspit.pit.internal.revival.RevivalCapacity.Slot;
import org.lazaruspit.pit.internal.revival.RevivalPlanner.Decision;
import org.lazaruspit.pit.internal.revival.RevivalPlanner.Situation;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the open revivals of all owned cells: begins attempts within the limits, continues
 * journaled attempts after a restart, quarantines. At most one thread acts on an agent at a time.
 * Thread-safe.
 */
public final class RevivalDispatcher {

  private static final Logger log = LoggerFactory.getLogger(RevivalDispatcher.class);

  /** Prefix of the detail of a revival that ended in a dry run. */
  static final String DRY_RUN = "dry run: ";

  private static final long RETRY_MILLIS = 1000;

  private final PitConfig config;
  private final FencedReviver reviver;
  private final RevivalRunner runner;
  private final QuarantinePlanner quarantines;
  private final TaskHandOver handOver;
  private final CanaryGate canaries;
  private final OwnedCells cells;
  private final RevivalCapacity capacity;
  private final InstantSource clock;
  private final ExecutorService attempts;
  private final ScheduledExecutorService timer;
  private final Consumer<RunningAgent> onRevived;
  private final boolean dryRun;

  /** Agents with a queued or running action, or a reserved slot. */
  private final Set<AgentRef> busy = ConcurrentHashMap.newKeySet();

  /** Agents whose action runs on a thread now; a subset of {@code busy}. */
  private final Set<AgentRef> running = ConcurrentHashMap.newKeySet();

  private final LogOnChange stuck = new LogOnChange();
  private final LogOnChange unwritten = new LogOnChange();
  private final LogOnChange failed = new LogOnChange();
  private final StopEnforcer stops;
  private final AgentHolds holds;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable ScheduledFuture<?> nextTimer;

  public RevivalDispatcher(
      PitConfig config,
      FencedReviver reviver,
      RevivalRunner runner,
      QuarantinePlanner quarantines,
      CanaryGate canaries,
      OwnedCells cells,
      InstantSource clock,
      ExecutorService attempts,
      ScheduledExecutorService timer,
      Consumer<RunningAgent> onRevived,
      boolean dryRun) {
    this.config = config;
    this.reviver = reviver;
    this.runner = runner;
    this.quarantines = quarantines;
    this.handOver = new TaskHandOver(config);
    this.canaries = canaries;
    this.cells = cells;
    this.capacity =
        new RevivalCapacity(
            config.limits().concurrentRevivals(), config.limits().revivalsPerMinute());
    this.clock = clock;
    this.attempts = attempts;
    this.timer = timer;
    this.onRevived = onRevived;
    this.dryRun = dryRun;
    this.holds = new AgentHolds(clock);
    this.stops = new StopEnforcer(reviver, clock, attempts, busy, this::dispatch);
  }

  /**
   * Begins revivals that are due, oldest first; sets the timer for revivals that wait; continues
   * revivals whose thread has ended. Called after every change and in every round.
   */
  public void dispatch() {
    synchronized (lock) {
      dispatchAll();
    }
  }

  @GuardedBy("lock")
  private void dispatchAll() {
    List<Attempt> open = new ArrayList<>();
    for (OwnedCell owned : cells.all()) {
      owned
          .ledger()
          .open()
          .forEach(revival -> open.add(new Attempt(owned, revival, revival.attempt())));
    }
    open.sort(Comparator.comparing(attempt -> attempt.revival().requestedAt()));
    for (Attempt attempt : open) {
      try {
        advance(attempt);
        stuck.clear(attempt.agent());
      } catch (IOException e) {
        if (stuck.isNew(attempt.agent(), e.toString())) {
          log.error(
              "{}: revival not advanced, nothing is done: {}", attempt.label(), e.getMessage());
        }
      } catch (RejectedExecutionException e) {
        log.debug(
            "{}: revival not advanced: this pit closes; the next pit continues it",
            attempt.label());
      } catch (RevivalOverException e) {
        log.debug("{}: {}", attempt.label(), e.getMessage());
      } catch (RuntimeException e) {
        if (stuck.isNew(attempt.agent(), e.toString())) {
          log.error("{}: revival not advanced", attempt.label(), e);
        }
      }
    }
  }

  private void advance(Attempt seen) throws IOException {
    if (busy.contains(seen.agent())) {
      return;
    }
    // Read again: an action writes the end of its revival before it leaves the set.
    Optional<Revival> current = seen.cell().ledger().of(seen.agentId()).find(seen.revival().id());
    if (current.isEmpty() || !current.get().status().open()) {
      return;
    }
    Revival revival = current.get();
    Attempt attempt = new Attempt(seen.cell(), revival, revival.attempt());
    if (revival.status().underWay()) {
      execute(attempt, () -> recover(attempt));
      return;
    }
    act(attempt, decide(attempt));
  }

  /** Returns the next step of a revival by the current facts. */
  Decision decide(Attempt attempt) {
    Instant now = clock.instant();
    OwnedCell owned = attempt.cell();
    Optional<RevivalBlocker> blocker = owned.blocker(attempt.agentId(), now);
    return RevivalPlanner.next(situation(attempt, owned.cell(), blocker), now);
  }

  private Situation situation(Attempt attempt, MissionCell cell, Optional<RevivalBlocker> blocker) {
    EffectivePolicies policies = cell.effectivePolicies(config.defaultPolicies());
    return new Situation(
        attempt.revival(),
        attempt.cell().ledger().of(attempt.agentId()),
        blocker,
        policies.autoRevive(),
        policies.maxRetries(),
        config.limits().perAgentWindow());
  }

  private void act(Attempt attempt, Decision decision) throws IOException {
    if (decision instanceof Decision.Wait wait) {
      dispatchIn(wait.until().toEpochMilli() - clock.millis());
    } else if (decision instanceof Decision.Supersede supersede) {
      supersede(attempt, supersede.why());
    } else if (dryRun && !(decision instanceof Decision.Leave)) {
      supersede(attempt, DRY_RUN + decision.why() + ", and nothing is done");
    } else if (decision instanceof Decision.Quarantine quarantine) {
      execute(attempt, () -> quarantine(attempt, quarantine.why()));
    } else if (decision instanceof Decision.HandOver) {
      execute(attempt, () -> handOver.run(attempt));
    } else if (decision instanceof Decision.Begin begin) {
      begin(attempt, begin.attempt());
    }
  }

  private void supersede(Attempt attempt, String why) throws IOException {
    attempt.cell().record(new Ended(attempt.subject(), RevivalStatus.SUPERSEDED, why));
    canaries.clear(attempt.agent());
    log.info("{}: revival superseded: {}", attempt.label(), why);
  }

  private void begin(Attempt pending, int number) throws IOException {
    Optional<Slot> slot = slot(pending.agent());
    if (slot.isEmpty()) {
      capacity
          .untilRateAllows(System.nanoTime())
          .ifPresent(nanos -> dispatchIn(TimeUnit.NANOSECONDS.toMillis(nanos) + 1));
      return;
    }
    Attempt attempt = new Attempt(pending.cell(), pending.revival(), number);
    try {
      attempt.cell().record(RevivalRunner.stopStep(attempt.subject()));
      execute(attempt, () -> revive(attempt, slot.get()), slot.get());
    } catch (IOException | RuntimeException e) {
      slot.get().close();
      throw e;
    }
  }

  /** Takes a slot unless the agent waits for its canary, whose end dispatches again. */
  private Optional<Slot> slot(AgentRef agent) {
    return gate(agent).isPresent() ? Optional.empty() : capacity.tryBegin(System.nanoTime());
  }

  /**
   * Takes a slot for a request that is not yet written, so that one write journals both the request
   * and its first steps; empty if the attempt has to wait.
   */
  Optional<Slot> reserve(Situation situation) {
    AgentRef agent = situation.revival().agent();
    boolean atOnce =
        !dryRun && RevivalPlanner.next(situation, clock.instant()).equals(new Decision.Begin(1));
    if (!atOnce || !busy.add(agent)) {
      return Optional.empty();
    }
    Optional<Slot> slot = slot(agent);
    if (slot.isEmpty()) {
      busy.remove(agent);
    }
    return slot;
  }

  /**
   * Starts a first attempt whose first steps are written, with its reserved slot. The cell is not
   * read again: it was read for this decision, and orders since then are in the ledger.
   */
  void start(Attempt attempt, MissionCell read, Slot slot) {
    try {
      start(attempt, () -> revive(attempt, read, slot), slot);
    } catch (RejectedExecutionException e) {
      slot.close();
      throw e;
    }
  }

  /** Releases a reserved slot whose request was not written. */
  void release(AgentRef agent, Slot slot) {
    busy.remove(agent);
    slot.close();
  }

  /** Returns why the agent has to wait for its canary; empty if it need not. */
  Optional<String> gate(AgentRef agent) {
    return canaries.gate(agent, this::hasBegun);
  }

  /** Returns whether an open revival is due and no thread acts on its agent. */
  public boolean neglected(OwnedCell owned, Revival revival) {
    AgentRef agent = revival.agent();
    if (running.contains(agent)) {
      return false;
    }
    if (revival.status().underWay()) {
      return true;
    }
    Decision decision = decide(new Attempt(owned, revival, revival.attempt()));
    if (decision instanceof Decision.Begin) {
      return gate(agent).isEmpty() && capacity.hasSlot(System.nanoTime());
    }
    return !(decision instanceof Decision.Wait) && !(decision instanceof Decision.Leave);
  }

  private boolean hasBegun(AgentRef agent) {
    return cells
        .find(agent.cellId())
        .flatMap(owned -> owned.ledger().of(agent.agentId()).openRevival())
        .filter(revival -> revival.attempt() > 0)
        .isPresent();
  }

  /** Action on one agent, run on a thread of the pool. */
  private interface Action {
    void run() throws IOException, InterruptedException, AttemptFailedException;
  }

  private void execute(Attempt attempt, Action action) {
    execute(attempt, action, null);
  }

  private void execute(Attempt attempt, Action action, @Nullable Slot slot) {
    if (!busy.add(attempt.agent())) {
      throw new RejectedExecutionException(attempt.label() + ": another thread acts on it");
    }
    start(attempt, action, slot);
  }

  /** Runs an action on an agent that is marked as busy; the mark ends with the action. */
  private void start(Attempt attempt, Action action, @Nullable Slot slot) {
    try {
      attempts.execute(() -> runGuarded(attempt, action, slot));
    } catch (RejectedExecutionException e) {
      busy.remove(attempt.agent());
      throw e;
    } catch (OutOfMemoryError e) { // thrown if the machine has no more threads
      busy.remove(attempt.agent());
      throw new RejectedExecutionException("no thread available", e);
    }
  }

  private void runGuarded(Attempt attempt, Action action, @Nullable Slot slot) {
    boolean journaled = false;
    running.add(attempt.agent());
    try {
      runOrHold(attempt, action);
      journaled = true;
    } catch (AttemptFailedException e) {
      journaled = failed(attempt, String.valueOf(e.getMessage()), e.knownIncarnation());
    } catch (RevivalOverException e) {
      log.info("{}: attempt {} ended: {}", attempt.label(), attempt.number(), e.getMessage());
      journaled = true;
    } catch (InterruptedException e) {
      log.info(
          "{}: attempt {} interrupted; the next pit continues it",
          attempt.label(),
          attempt.number());
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException | LinkageError e) {
      log.warn("{}: attempt {} failed unexpectedly", attempt.label(), attempt.number(), e);
      journaled = failed(attempt, e.getMessage() == null ? e.toString() : e.getMessage(), 0);
    } finally {
      running.remove(attempt.agent());
      busy.remove(attempt.agent());
      if (slot != null) {
        slot.close();
      }
      afterAttempt(attempt, journaled);
    }
  }

  private void runOrHold(Attempt attempt, Action action)
      throws IOException, InterruptedException, AttemptFailedException {
    try {
      action.run();
    } catch (AgentHeldException e) {
      holds.hold(attempt, FailureCause.CONFIG, e.getMessage() + stopRemains(attempt));
      canaries.clear(attempt.agent());
    }
  }

  /** Dispatches again: at once if the outcome is journaled, else after a pause. */
  private void afterAttempt(Attempt attempt, boolean journaled) {
    if (attempts.isShutdown()) {
      return;
    }
    if (journaled) {
      enforceStop(attempt.cell(), attempt.agentId());
      dispatch();
    } else {
      dispatchIn(RETRY_MILLIS);
    }
  }

  /** Journals the failure of an attempt; returns false if the write fails. */
  private boolean failed(Attempt attempt, String why, long knownIncarnation) {
    if (failed.isNew(attempt.agent(), attempt.revival().id() + attempt.number() + why)) {
      log.warn("{}: attempt {} failed: {}", attempt.label(), attempt.number(), why);
    }
    long incarnation = Math.max(attempt.incarnation(), knownIncarnation);
    try {
      attempt.cell().record(new AttemptFailed(attempt.subject(incarnation), why));
      unwritten.clear(attempt.agent());
      return true;
    } catch (IOException e) {
      if (unwritten.isNew(attempt.agent(), e.toString())) {
        log.error("{}: could not write the journal: {}", attempt.label(), e.getMessage());
      }
      return false;
    } catch (RevivalOverException e) {
      log.info("{}: attempt {} ended: {}", attempt.label(), attempt.number(), e.getMessage());
      return true;
    }
  }

  /** Reads the cell again before the act: an operator may have changed its files. */
  private void revive(Attempt attempt, Slot slot)
      throws IOException, InterruptedException, AttemptFailedException {
    revive(attempt, attempt.cell().reload(), slot);
  }

  private void revive(Attempt attempt, MissionCell cell, Slot slot)
      throws IOException, InterruptedException, AttemptFailedException {
    Optional<RevivalBlocker> blocker =
        attempt.cell().blocker(cell, attempt.agentId(), clock.instant());
    Optional<String> reason =
        situation(attempt, cell, blocker).supersedeReason().or(() -> runner.takeKey(attempt));
    if (reason.isPresent()) {
      supersede(attempt, reason.get());
      return;
    }
    finished(attempt, runner.run(attempt, slot));
  }

  private void finished(Attempt attempt, Optional<RunningAgent> revived) {
    canaries.alive(attempt.agent());
    revived.ifPresent(onRevived);
  }

  /** Continues an attempt that another life of the pit began, by its last journaled step. */
  private void recover(Attempt attempt)
      throws IOException, InterruptedException, AttemptFailedException {
    RevivalStep step = attempt.revival().step().orElse(RevivalStep.STOP);
    try (Slot slot = capacity.resume()) {
      if (step.compareTo(RevivalStep.START) < 0) {
        revive(attempt, slot);
        return;
      }
      Optional<String> refusal = runner.takeKey(attempt);
      if (refusal.isPresent()) {
        supersede(attempt, refusal.get());
        return;
      }
      Presence presence = reviver.presence(attempt.agent());
      if (presence instanceof Presence.Running running
          && running.running().incarnation() == attempt.incarnation()) {
        finished(attempt, runner.resume(attempt, running.running(), slot));
        return;
      }
      throw new AttemptFailedException("the pit ended during the attempt");
    }
  }

  /** Quarantines the agent after its last attempt, and stops a process that the attempt left. */
  private void quarantine(Attempt attempt, String why) throws IOException, InterruptedException {
    String detail = why + ": " + attempt.revival().detail() + stopRemains(attempt);
    attempt.cell().decide(ledger -> quarantines.events(attempt.cell(), attempt.subject(), detail));
    canaries.clear(attempt.agent());
    log.error("{}: quarantined: {}", attempt.label(), detail);
  }

  private String stopRemains(Attempt attempt) throws InterruptedException {
    try {
      StopOrder order =
          new StopOrder(attempt.agent(), attempt.incarnation(), RevivalRunner.STOP_GRACE);
      StopOutcome outcome = reviver.stop(order, attempt.cell()::requireHeld);
      return outcome instanceof StopOutcome.Gone ? "" : "; not stopped: " + outcome;
    } catch (IOException | RuntimeException e) {
      return "; stop failed: " + e;
    }
  }

  /** Stops the agent if an operator has ordered it; does nothing while a thread acts on it. */
  public void enforceStop(OwnedCell owned, String agentId) {
    if (!dryRun) {
      stops.enforce(owned, agentId);
    }
  }

  /** Schedules {@link #dispatch}, unless a timer already fires earlier. */
  private void dispatchIn(long millis) {
    long delay = Math.max(1, millis);
    synchronized (lock) {
      long remaining = nextTimer == null ? 0 : nextTimer.getDelay(TimeUnit.MILLISECONDS);
      if (remaining <= 0 || remaining > delay) {
        nextTimer = timer.schedule(this::dispatch, delay, TimeUnit.MILLISECONDS);
      }
    }
  }
}
