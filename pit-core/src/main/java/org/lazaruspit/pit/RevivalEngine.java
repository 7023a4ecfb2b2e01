package org.lazaruspit.pit;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.pit.RevivalEvent.AttemptFailed;
import org.lazaruspit.pit.RevivalEvent.Decided;
import org.lazaruspit.pit.RevivalEvent.Ended;
import org.lazaruspit.pit.RevivalEvent.Requested;
import org.lazaruspit.pit.RevivalEvent.Subject;
import org.lazaruspit.pit.RevivalPlanner.Decision;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StopOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door to revivals: request, approve, deny, list. Works through the open ones within the
 * limits, and goes on after a restart where the journal says it was. Thread-safe.
 */
public final class RevivalEngine {

  private static final Logger log = LoggerFactory.getLogger(RevivalEngine.class);
  private static final long RETRY_MILLIS = 1000;
  private static final String ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

  private final PitConfig config;
  private final Reviver reviver;
  private final RevivalRunner runner;
  private final RevivalCapacity capacity;
  private final InstantSource clock;
  private final ExecutorService attempts;
  private final ScheduledExecutorService timer;
  private final Consumer<RunningAgent> onRevived;
  private final SecureRandom random = new SecureRandom();
  private final Map<UUID, CellWork> works = new ConcurrentSkipListMap<>();
  private @Nullable ScheduledFuture<?> nextTimer;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();

  RevivalEngine(
      PitConfig config,
      Reviver reviver,
      RevivalRunner runner,
      InstantSource clock,
      ExecutorService attempts,
      ScheduledExecutorService timer,
      Consumer<RunningAgent> onRevived) {
    this.config = config;
    this.reviver = reviver;
    this.runner = runner;
    this.capacity =
        new RevivalCapacity(
            config.limits().concurrentRevivals(), config.limits().revivalsPerMinute());
    this.clock = clock;
    this.attempts = attempts;
    this.timer = timer;
    this.onRevived = onRevived;
  }

  /** Takes on a cell, with whatever its journal says is still to be done. */
  void open(CellWork work) {
    works.put(work.id(), work);
  }

  /** Lets go of a cell; what runs for it ends by itself. */
  void close(CellWork work) {
    works.remove(work.id());
  }

  /**
   * Asks for a revival. One open request an agent: asking again returns the open one.
   *
   * @param agent whom to revive
   * @param cause why
   * @param evidence what was seen, in words
   * @return the open request, or empty where a person or the policy has said no to this incarnation
   * @throws IOException if it could not be written to the journal: then nothing has happened
   * @throws NoSuchElementException if this pit doesn't work the agent's cell, or there is no such
   *     agent
   */
  public Optional<Revival> request(AgentRef agent, Cause cause, String evidence)
      throws IOException {
    return request(agent, work(agent).ledger().incarnation(agent.agentId()), cause, evidence);
  }

  /** As above, for evidence about one incarnation: it says nothing about a later one. */
  Optional<Revival> request(AgentRef agent, long incarnation, Cause cause, String evidence)
      throws IOException {
    CellWork work = work(agent);
    if (!work.wanted(agent.agentId())) {
      return Optional.empty();
    }
    RevivalLedger ledger =
        work.decide(
            before ->
                before.incarnation(agent.agentId()) == incarnation
                    ? opening(work, before, agent.agentId(), cause, evidence)
                    : List.of());
    dispatch();
    return ledger.openRevival(agent.agentId());
  }

  /** The events that a request amounts to: none where there is nothing new to decide. */
  private List<RevivalEvent> opening(
      CellWork work, RevivalLedger ledger, String agentId, Cause cause, String evidence) {
    Optional<Revival> latest = ledger.latest(agentId);
    long incarnation = ledger.incarnation(agentId);
    if (latest.isPresent()
        && (latest.get().status().open() || settled(latest.get(), incarnation))) {
      return List.of();
    }
    Subject subject = new Subject(newId(), agentId, cause, 0, incarnation);
    AutoRevive policy = work.cell().effectivePolicies(config.defaultPolicies()).autoRevive();
    log.warn("{}: dead ({}): {}", work.label(agentId), cause.wireName(), evidence);
    Requested requested = new Requested(subject, statusUnder(policy), evidence);
    Optional<String> quarantine = quarantine(ledger, agentId);
    if (quarantine.isEmpty()) {
      return List.of(requested);
    }
    // First the file, then the journal: a pit that ends between the two comes here again.
    markFailed(work, agentId);
    return List.of(requested, new Ended(subject, RevivalStatus.FAILED, quarantine.get()));
  }

  /** A no holds for the incarnation that it was said about. */
  private static boolean settled(Revival latest, long incarnation) {
    return latest.incarnation() == incarnation
        && (latest.status() == RevivalStatus.DENIED || latest.status() == RevivalStatus.DECLINED);
  }

  private static RevivalStatus statusUnder(AutoRevive policy) {
    return switch (policy) {
      case YES -> RevivalStatus.PENDING;
      case ASK -> RevivalStatus.PENDING_APPROVAL;
      case NO -> RevivalStatus.DECLINED;
    };
  }

  private Optional<String> quarantine(RevivalLedger ledger, String agentId) {
    PitConfig.Limits limits = config.limits();
    int returns = ledger.returnsSince(agentId, clock.instant().minus(limits.perAgentWindow()));
    if (returns < limits.revivalsPerAgent()) {
      return Optional.empty();
    }
    return Optional.of(
        "quarantined: came back %d times within %d s, a person has to look"
            .formatted(returns, limits.perAgentWindow().toSeconds()));
  }

  /**
   * Says yes to a revival that waits for it.
   *
   * @param revival the revival's id
   * @param by who says so, for the journal
   * @return the revival as it is now
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException if there is no such revival
   * @throws IllegalStateException if it doesn't wait for approval
   */
  public Revival approve(String revival, String by) throws IOException {
    Revival decided = decide(revival, true, by);
    dispatch();
    return decided;
  }

  /**
   * Says no to a revival that waits for approval.
   *
   * @param revival the revival's id
   * @param reason why not, for the journal
   * @return the revival as it is now
   * @throws IOException if it could not be written to the journal
   * @throws NoSuchElementException if there is no such revival
   * @throws IllegalStateException if it doesn't wait for approval
   */
  public Revival deny(String revival, String reason) throws IOException {
    return decide(revival, false, reason);
  }

  private Revival decide(String id, boolean approved, String detail) throws IOException {
    for (CellWork work : works.values()) {
      if (work.ledger().find(id).isPresent()) {
        return work.decide(ledger -> List.of(decision(ledger, id, approved, detail)))
            .find(id)
            .orElseThrow();
      }
    }
    throw new NoSuchElementException("there is no revival " + id);
  }

  private static RevivalEvent decision(
      RevivalLedger ledger, String id, boolean approved, String detail) {
    Revival revival = ledger.find(id).orElseThrow();
    if (revival.status() != RevivalStatus.PENDING_APPROVAL) {
      throw new IllegalStateException(
          "revival %s is %s, only one that waits for approval can be decided"
              .formatted(id, revival.status().wireName()));
    }
    return new Decided(subject(revival, ledger, revival.attempt()), approved, detail);
  }

  /**
   * Every revival of the cells that this pit works, oldest first.
   *
   * @return open and ended ones
   */
  public List<Revival> revivals() {
    return works.values().stream()
        .flatMap(work -> work.ledger().all().stream())
        .sorted(Comparator.comparing(Revival::requestedAt))
        .toList();
  }

  /**
   * Begins what may begin, oldest first; sets the timer for what has to wait; picks up what lost
   * its runner. Called after every change and at every poll.
   */
  synchronized void dispatch() {
    List<Attempt> open = new ArrayList<>();
    for (CellWork work : works.values()) {
      work.ledger()
          .open()
          .forEach(revival -> open.add(new Attempt(work, revival, revival.attempt())));
    }
    open.sort(Comparator.comparing(attempt -> attempt.revival().requestedAt()));
    for (Attempt attempt : open) {
      try {
        advance(attempt);
      } catch (IOException e) {
        log.error("{}: nothing is done: {}", attempt.label(), e.getMessage());
      } catch (RejectedExecutionException e) {
        log.debug("{}: left for the next pit, this one closes", attempt.label());
      } catch (RuntimeException e) {
        log.error("{}: could not be advanced", attempt.label(), e);
      }
    }
  }

  private void advance(Attempt seen) throws IOException {
    if (underWay.contains(seen.revival().id())) {
      return;
    }
    // Read again now: a runner writes the end of its revival before it leaves the set.
    Optional<Revival> current = seen.work().ledger().find(seen.revival().id());
    if (current.isEmpty() || !current.get().status().open()) {
      return;
    }
    Revival revival = current.get();
    Attempt attempt = new Attempt(seen.work(), revival, revival.attempt());
    if (revival.status() == RevivalStatus.REVIVING || revival.status() == RevivalStatus.VERIFYING) {
      execute(attempt, () -> recover(attempt));
      return;
    }
    Decision decision = RevivalPlanner.next(revival, maxRetries(attempt), clock.instant());
    if (decision instanceof Decision.GiveUp giveUp) {
      execute(attempt, () -> giveUp(attempt, giveUp.why()));
    } else if (!attempt.work().supervises(attempt.agentId())) {
      supersede(attempt, "its file no longer asks for it to run");
    } else if (decision instanceof Decision.Begin begin) {
      begin(attempt, begin.attempt());
    } else if (decision instanceof Decision.Wait wait) {
      later(wait.until().toEpochMilli() - clock.millis());
    }
  }

  private int maxRetries(Attempt attempt) {
    return attempt.work().cell().effectivePolicies(config.defaultPolicies()).maxRetries();
  }

  private void supersede(Attempt attempt, String why) throws IOException {
    attempt.work().record(new Ended(attempt.subject(), RevivalStatus.SUPERSEDED, why));
    log.info("{}: not revived any more, {}", attempt.label(), why);
  }

  private void begin(Attempt pending, int number) throws IOException {
    if (!capacity.tryBegin(System.nanoTime())) {
      capacity
          .untilRateAllows(System.nanoTime())
          .ifPresent(nanos -> later(TimeUnit.NANOSECONDS.toMillis(nanos) + 1));
      return;
    }
    Attempt attempt = new Attempt(pending.work(), pending.revival(), number);
    try {
      attempt.work().record(RevivalRunner.firstStep(attempt.subject()));
      execute(attempt, () -> revive(attempt), capacity::end);
    } catch (IOException | RuntimeException e) {
      capacity.end();
      throw e;
    }
  }

  /** What an attempt's thread does. */
  private interface Work {
    void run() throws IOException, InterruptedException, AttemptFailedException;
  }

  private void execute(Attempt attempt, Work work) {
    execute(attempt, work, () -> {});
  }

  private void execute(Attempt attempt, Work work, Runnable afterwards) {
    underWay.add(attempt.revival().id());
    try {
      attempts.execute(() -> guarded(attempt, work, afterwards));
    } catch (RejectedExecutionException e) {
      underWay.remove(attempt.revival().id());
      throw e;
    }
  }

  private void guarded(Attempt attempt, Work work, Runnable afterwards) {
    boolean inOrder = false;
    try {
      work.run();
      inOrder = true;
    } catch (AttemptFailedException e) {
      inOrder = failed(attempt, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      log.info("{}: interrupted, the journal tells the next pit where it was", attempt.label());
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      log.warn("{}: attempt {} broke off", attempt.label(), attempt.number(), e);
      inOrder = failed(attempt, e.getMessage() == null ? e.toString() : e.getMessage());
    } finally {
      underWay.remove(attempt.revival().id());
      afterwards.run();
      goOn(inOrder);
    }
  }

  /** What could not even be written down is tried again soon, but not in a busy loop. */
  private void goOn(boolean inOrder) {
    if (attempts.isShutdown()) {
      return;
    }
    if (inOrder) {
      dispatch();
    } else {
      later(RETRY_MILLIS);
    }
  }

  /** False where not even that could be written down. */
  private boolean failed(Attempt attempt, String why) {
    log.warn("{}: attempt {} failed: {}", attempt.label(), attempt.number(), why);
    try {
      attempt.work().record(new AttemptFailed(attempt.subject(), why));
      return true;
    } catch (IOException e) {
      log.error("{}: the journal could not be written: {}", attempt.label(), e.getMessage());
      return false;
    }
  }

  /** What a person has written meanwhile holds, up to the last moment. */
  private void revive(Attempt attempt)
      throws IOException, InterruptedException, AttemptFailedException {
    if (attempt.work().wanted(attempt.agentId())) {
      runner.run(attempt).ifPresent(onRevived);
    } else {
      supersede(attempt, "its file no longer asks for it to run");
    }
  }

  /** A revival that the journal left in the middle, because a pit ended there. */
  private void recover(Attempt attempt)
      throws IOException, InterruptedException, AttemptFailedException {
    RevivalStep step = attempt.revival().step().orElse(RevivalStep.STOP);
    capacity.resume();
    try {
      if (step.compareTo(RevivalStep.START) < 0) {
        revive(attempt);
        return;
      }
      Presence presence = reviver.presence(attempt.agent());
      if (presence instanceof Presence.Running running
          && running.running().incarnation() == attempt.incarnation()) {
        runner.resume(attempt, running.running()).ifPresent(onRevived);
        return;
      }
      throw new AttemptFailedException("the pit ended in the middle of it");
    } finally {
      capacity.end();
    }
  }

  /** The last attempt has failed: whatever it may have left behind must not linger unwatched. */
  private void giveUp(Attempt attempt, String why) throws IOException, InterruptedException {
    String detail = why + ": " + attempt.revival().detail() + whatIsLeft(attempt);
    // First the file, then the journal: a pit that ends between the two gives up once more.
    markFailed(attempt.work(), attempt.agentId());
    attempt.work().record(new Ended(attempt.subject(), RevivalStatus.FAILED, detail));
    log.error("{}: given up: {}", attempt.label(), detail);
  }

  private String whatIsLeft(Attempt attempt) throws InterruptedException {
    try {
      StopOutcome outcome = reviver.stop(attempt.agent(), RevivalRunner.STOP_GRACE);
      return outcome instanceof StopOutcome.StillThere still ? "; " + still.reason() : "";
    } catch (IOException | RuntimeException e) {
      return "; it could not be stopped: " + e;
    }
  }

  private static void markFailed(CellWork work, String agentId) {
    work.givenUp(agentId);
    try {
      CellEditor.of(work.directory())
          .updateAgent(agentId, spec -> spec.withStatus(AgentStatus.FAILED));
    } catch (IOException | RuntimeException e) {
      work.givenUpForGood(agentId);
      log.error("{}: its file could not be marked failed: {}", work.label(agentId), e.getMessage());
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

  private CellWork work(AgentRef agent) {
    CellWork work = works.get(agent.cellId());
    if (work == null || !work.cell().agents().containsKey(agent.agentId())) {
      throw new NoSuchElementException(agent + " is not an agent of a cell that this pit works");
    }
    return work;
  }

  private static Subject subject(Revival revival, RevivalLedger ledger, int attempt) {
    String agentId = revival.agent().agentId();
    return new Subject(
        revival.id(), agentId, revival.cause(), attempt, ledger.incarnation(agentId));
  }

  /** Short enough to be typed: 50 random bits. */
  private String newId() {
    StringBuilder id = new StringBuilder("rv-");
    for (int i = 0; i < 10; i++) {
      id.append(ID_ALPHABET.charAt(random.nextInt(ID_ALPHABET.length())));
    }
    return id.toString();
  }
}
