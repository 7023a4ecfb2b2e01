package org.lazaruspit.pit.internal.revival;

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
import org.lazaruspit.pit.internal.revival.RevivalCapacity.Place;
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
 * Does what the ledgers hold as open: begins it, within the limits; goes on, after a restart, where
 * the journal says it was; gives up. One thread works on an agent at a time. Thread-safe.
 */
public final class RevivalDispatcher {

  private static final Logger log = LoggerFactory.getLogger(RevivalDispatcher.class);

  /** How the end of a revival that was only tried begins. */
  static final String DRY_RUN = "dry run: ";

  private static final long RETRY_MILLIS = 1000;

  private final PitConfig config;
  private final FencedReviver reviver;
  private final RevivalRunner runner;
  private final QuarantinePlanner givingUp;
  private final TaskHandOver handing;
  private final CanaryGate holds;
  private final OwnedCells works;
  private final RevivalCapacity capacity;
  private final InstantSource clock;
  private final ExecutorService attempts;
  private final ScheduledExecutorService timer;
  private final Consumer<RunningAgent> onRevived;
  private final boolean dryRun;
  private final Set<AgentRef> busy = ConcurrentHashMap.newKeySet();
  private final Set<AgentRef> running = ConcurrentHashMap.newKeySet();
  private final LogOnChange stuck = new LogOnChange();
  private final LogOnChange unwritten = new LogOnChange();
  private final LogOnChange failed = new LogOnChange();
  private final StopEnforcer stops;
  private @Nullable ScheduledFuture<?> nextTimer;

  public RevivalDispatcher(
      PitConfig config,
      FencedReviver reviver,
      RevivalRunner runner,
      QuarantinePlanner givingUp,
      CanaryGate holds,
      OwnedCells works,
      InstantSource clock,
      ExecutorService attempts,
      ScheduledExecutorService timer,
      Consumer<RunningAgent> onRevived,
      boolean dryRun) {
    this.config = config;
    this.reviver = reviver;
    this.runner = runner;
    this.givingUp = givingUp;
    this.handing = new TaskHandOver(config);
    this.holds = holds;
    this.works = works;
    this.capacity =
        new RevivalCapacity(
            config.limits().concurrentRevivals(), config.limits().revivalsPerMinute());
    this.clock = clock;
    this.attempts = attempts;
    this.timer = timer;
    this.onRevived = onRevived;
    this.dryRun = dryRun;
    this.stops = new StopEnforcer(reviver, clock, attempts, busy, this::dispatch);
  }

  /**
   * Begins what may begin, oldest first; sets the timer for what has to wait; picks up what lost
   * its runner. Called after every change and at every poll.
   */
  public synchronized void dispatch() {
    List<Attempt> open = new ArrayList<>();
    for (OwnedCell work : works.all()) {
      work.ledger()
          .open()
          .forEach(revival -> open.add(new Attempt(work, revival, revival.attempt())));
    }
    open.sort(Comparator.comparing(attempt -> attempt.revival().requestedAt()));
    for (Attempt attempt : open) {
      try {
        advance(attempt);
        stuck.clear(attempt.agent());
      } catch (IOException e) {
        if (stuck.isNew(attempt.agent(), e.toString())) {
          log.error("{}: nothing is done: {}", attempt.label(), e.getMessage());
        }
      } catch (RejectedExecutionException e) {
        log.debug("{}: left for the next pit, this one closes", attempt.label());
      } catch (RevivalOverException e) {
        log.debug("{}: {}", attempt.label(), e.getMessage());
      } catch (RuntimeException e) {
        if (stuck.isNew(attempt.agent(), e.toString())) {
          log.error("{}: could not be advanced", attempt.label(), e);
        }
      }
    }
  }

  private void advance(Attempt seen) throws IOException {
    if (busy.contains(seen.agent())) {
      return;
    }
    // Read again now: a runner writes the end of its revival before it leaves the set.
    Optional<Revival> current = seen.work().ledger().of(seen.agentId()).find(seen.revival().id());
    if (current.isEmpty() || !current.get().status().open()) {
      return;
    }
    Revival revival = current.get();
    Attempt attempt = new Attempt(seen.work(), revival, revival.attempt());
    if (revival.status().underWay()) {
      execute(attempt, () -> recover(attempt));
      return;
    }
    act(attempt, decide(attempt));
  }

  /** What comes next for a revival, as things stand. */
  Decision decide(Attempt attempt) {
    Instant now = clock.instant();
    OwnedCell work = attempt.work();
    Optional<RevivalBlocker> bar = work.blocker(attempt.agentId(), now);
    return RevivalPlanner.next(situation(attempt, work.cell(), bar), now);
  }

  private Situation situation(Attempt attempt, MissionCell cell, Optional<RevivalBlocker> bar) {
    EffectivePolicies policies = cell.effectivePolicies(config.defaultPolicies());
    return new Situation(
        attempt.revival(),
        attempt.work().ledger().of(attempt.agentId()),
        bar,
        policies.autoRevive(),
        policies.maxRetries(),
        config.limits().perAgentWindow());
  }

  private void act(Attempt attempt, Decision decision) throws IOException {
    if (decision instanceof Decision.Wait wait) {
      later(wait.until().toEpochMilli() - clock.millis());
    } else if (decision instanceof Decision.Supersede supersede) {
      supersede(attempt, supersede.why());
    } else if (dryRun && !(decision instanceof Decision.Leave)) {
      supersede(attempt, DRY_RUN + decision.why() + ", and nothing is done");
    } else if (decision instanceof Decision.GiveUp giveUp) {
      execute(attempt, () -> giveUp(attempt, giveUp.why()));
    } else if (decision instanceof Decision.HandOver) {
      execute(attempt, () -> handing.run(attempt));
    } else if (decision instanceof Decision.Begin begin) {
      begin(attempt, begin.attempt());
    }
  }

  private void supersede(Attempt attempt, String why) throws IOException {
    attempt.work().record(new Ended(attempt.subject(), RevivalStatus.SUPERSEDED, why));
    holds.clear(attempt.agent());
    log.info("{}: not revived any more, {}", attempt.label(), why);
  }

  private void begin(Attempt pending, int number) throws IOException {
    Optional<Place> place = place(pending.agent());
    if (place.isEmpty()) {
      capacity
          .untilRateAllows(System.nanoTime())
          .ifPresent(nanos -> later(TimeUnit.NANOSECONDS.toMillis(nanos) + 1));
      return;
    }
    Attempt attempt = new Attempt(pending.work(), pending.revival(), number);
    try {
      attempt.work().record(RevivalRunner.stopStep(attempt.subject()));
      execute(attempt, () -> revive(attempt, place.get()), place.get());
    } catch (IOException | RuntimeException e) {
      place.get().close();
      throw e;
    }
  }

  /** A place for an agent that nobody holds back; whoever goes before it calls again. */
  private Optional<Place> place(AgentRef agent) {
    return gate(agent).isPresent() ? Optional.empty() : capacity.tryBegin(System.nanoTime());
  }

  /**
   * Takes a place for a request that is still to be written, so that its first steps can stand in
   * the same write; none where it would have to wait.
   */
  Optional<Place> reserve(Situation situation) {
    AgentRef agent = situation.revival().agent();
    boolean atOnce =
        !dryRun && RevivalPlanner.next(situation, clock.instant()).equals(new Decision.Begin(1));
    if (!atOnce || !busy.add(agent)) {
      return Optional.empty();
    }
    Optional<Place> place = place(agent);
    if (place.isEmpty()) {
      busy.remove(agent);
    }
    return place;
  }

  /**
   * Goes on with a first attempt whose first steps are written, on its reserved place. The cell was
   * read for this very decision, so it is not read again; what a person has ordered since is known.
   */
  void start(Attempt attempt, MissionCell read, Place place) {
    try {
      start(attempt, () -> revive(attempt, read, place), place);
    } catch (RejectedExecutionException e) {
      place.close();
      throw e;
    }
  }

  /** Nothing was written, so there is nothing that the reserved place is needed for. */
  void release(AgentRef agent, Place place) {
    busy.remove(agent);
    place.close();
  }

  /** Whom an agent waits for that is to come back together with others. */
  Optional<String> gate(AgentRef agent) {
    return holds.gate(agent, this::hasBegun);
  }

  /** Whether an open revival should be under way by now, and no thread is at work on it. */
  public boolean neglected(OwnedCell work, Revival revival) {
    AgentRef agent = revival.agent();
    if (running.contains(agent)) {
      return false;
    }
    if (revival.status().underWay()) {
      return true;
    }
    Decision decision = decide(new Attempt(work, revival, revival.attempt()));
    if (decision instanceof Decision.Begin) {
      return gate(agent).isEmpty() && capacity.hasPlace(System.nanoTime());
    }
    return !(decision instanceof Decision.Wait) && !(decision instanceof Decision.Leave);
  }

  private boolean hasBegun(AgentRef agent) {
    return works
        .find(agent.cellId())
        .flatMap(work -> work.ledger().of(agent.agentId()).openRevival())
        .filter(revival -> revival.attempt() > 0)
        .isPresent();
  }

  /** What an agent's thread does. */
  private interface Work {
    void run() throws IOException, InterruptedException, AttemptFailedException;
  }

  private void execute(Attempt attempt, Work work) {
    execute(attempt, work, null);
  }

  private void execute(Attempt attempt, Work work, @Nullable Place place) {
    if (!busy.add(attempt.agent())) {
      throw new RejectedExecutionException(attempt.label() + " is being worked on");
    }
    start(attempt, work, place);
  }

  /** The agent is marked as busy; whoever works on it unmarks it. */
  private void start(Attempt attempt, Work work, @Nullable Place place) {
    try {
      attempts.execute(() -> guarded(attempt, work, place));
    } catch (RejectedExecutionException e) {
      busy.remove(attempt.agent());
      throw e;
    } catch (OutOfMemoryError e) { // so a machine says that it has no more threads
      busy.remove(attempt.agent());
      throw new RejectedExecutionException("no thread is to be had", e);
    }
  }

  private void guarded(Attempt attempt, Work work, @Nullable Place place) {
    boolean inOrder = false;
    running.add(attempt.agent());
    try {
      work.run();
      inOrder = true;
    } catch (AttemptFailedException e) {
      inOrder = failed(attempt, String.valueOf(e.getMessage()), e.knownIncarnation());
    } catch (RevivalOverException e) {
      log.info("{}: overtaken, {}", attempt.label(), e.getMessage());
      inOrder = true;
    } catch (InterruptedException e) {
      log.info("{}: interrupted, the journal tells the next pit where it was", attempt.label());
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException | LinkageError e) {
      log.warn("{}: attempt {} broke off", attempt.label(), attempt.number(), e);
      inOrder = failed(attempt, e.getMessage() == null ? e.toString() : e.getMessage(), 0);
    } finally {
      running.remove(attempt.agent());
      busy.remove(attempt.agent());
      if (place != null) {
        place.close();
      }
      afterAttempt(attempt, inOrder);
    }
  }

  /** What could not even be written down is tried again soon, but not in a busy loop. */
  private void afterAttempt(Attempt attempt, boolean inOrder) {
    if (attempts.isShutdown()) {
      return;
    }
    if (inOrder) {
      enforceStop(attempt.work(), attempt.agentId());
      dispatch();
    } else {
      later(RETRY_MILLIS);
    }
  }

  /** False where not even that could be written down. */
  private boolean failed(Attempt attempt, String why, long knownIncarnation) {
    if (failed.isNew(attempt.agent(), attempt.revival().id() + attempt.number() + why)) {
      log.warn("{}: attempt {} failed: {}", attempt.label(), attempt.number(), why);
    }
    long incarnation = Math.max(attempt.incarnation(), knownIncarnation);
    try {
      attempt.work().record(new AttemptFailed(attempt.subject(incarnation), why));
      unwritten.clear(attempt.agent());
      return true;
    } catch (IOException e) {
      if (unwritten.isNew(attempt.agent(), e.toString())) {
        log.error("{}: the journal could not be written: {}", attempt.label(), e.getMessage());
      }
      return false;
    } catch (RevivalOverException e) {
      log.info("{}: overtaken, {}", attempt.label(), e.getMessage());
      return true;
    }
  }

  /** What a person has written meanwhile holds, up to the last moment. */
  private void revive(Attempt attempt, Place place)
      throws IOException, InterruptedException, AttemptFailedException {
    revive(attempt, attempt.work().reload(), place);
  }

  private void revive(Attempt attempt, MissionCell cell, Place place)
      throws IOException, InterruptedException, AttemptFailedException {
    Optional<RevivalBlocker> bar = attempt.work().blocker(cell, attempt.agentId(), clock.instant());
    Optional<String> inTheWay = situation(attempt, cell, bar).inTheWay();
    if (inTheWay.isPresent()) {
      supersede(attempt, inTheWay.get());
      return;
    }
    finished(attempt, runner.run(attempt, place));
  }

  private void finished(Attempt attempt, Optional<RunningAgent> revived) {
    holds.alive(attempt.agent());
    revived.ifPresent(onRevived);
  }

  /** A revival that the journal left in the middle, because a pit ended there. */
  private void recover(Attempt attempt)
      throws IOException, InterruptedException, AttemptFailedException {
    RevivalStep step = attempt.revival().step().orElse(RevivalStep.STOP);
    try (Place place = capacity.resume()) {
      if (step.compareTo(RevivalStep.START) < 0) {
        revive(attempt, place);
        return;
      }
      Presence presence = reviver.presence(attempt.agent());
      if (presence instanceof Presence.Running running
          && running.running().incarnation() == attempt.incarnation()) {
        finished(attempt, runner.resume(attempt, running.running(), place));
        return;
      }
      throw new AttemptFailedException("the pit ended in the middle of it");
    }
  }

  /** The last attempt has failed: whatever it may have left behind must not linger unwatched. */
  private void giveUp(Attempt attempt, String why) throws IOException, InterruptedException {
    String detail = why + ": " + attempt.revival().detail() + whatIsLeft(attempt);
    attempt.work().decide(ledger -> givingUp.events(attempt.work(), attempt.subject(), detail));
    holds.clear(attempt.agent());
    log.error("{}: given up: {}", attempt.label(), detail);
  }

  private String whatIsLeft(Attempt attempt) throws InterruptedException {
    try {
      StopOrder order =
          new StopOrder(attempt.agent(), attempt.incarnation(), RevivalRunner.STOP_GRACE);
      StopOutcome outcome = reviver.stop(order, attempt.work()::requireHeld);
      return outcome instanceof StopOutcome.Gone ? "" : "; it was not stopped: " + outcome;
    } catch (IOException | RuntimeException e) {
      return "; it could not be stopped: " + e;
    }
  }

  /** Ends the agent if a person wants it not to run; does nothing while somebody works on it. */
  public void enforceStop(OwnedCell work, String agentId) {
    if (!dryRun) {
      stops.enforce(work, agentId);
    }
  }

  /** Has {@link #dispatch} run again by then; a timer that fires earlier will do as well. */
  private synchronized void later(long millis) {
    long delay = Math.max(1, millis);
    long remaining = nextTimer == null ? 0 : nextTimer.getDelay(TimeUnit.MILLISECONDS);
    if (remaining <= 0 || remaining > delay) {
      nextTimer = timer.schedule(this::dispatch, delay, TimeUnit.MILLISECONDS);
    }
  }
}
