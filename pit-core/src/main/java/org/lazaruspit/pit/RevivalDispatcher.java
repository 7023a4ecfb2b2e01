package org.lazaruspit.pit;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.RevivalEvent.AttemptFailed;
import org.lazaruspit.pit.RevivalEvent.Ended;
import org.lazaruspit.pit.RevivalPlanner.Decision;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StopOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what the ledgers hold as open: begins it, within the limits; goes on, after a restart, where
 * the journal says it was; gives up. One thread works on a revival at a time. Thread-safe.
 */
final class RevivalDispatcher {

  private static final Logger log = LoggerFactory.getLogger(RevivalDispatcher.class);
  private static final long RETRY_MILLIS = 1000;

  private final PitConfig config;
  private final Reviver reviver;
  private final RevivalRunner runner;
  private final RevivalCapacity capacity;
  private final InstantSource clock;
  private final ExecutorService attempts;
  private final ScheduledExecutorService timer;
  private final Consumer<RunningAgent> onRevived;
  private final Supplier<Collection<CellWork>> works;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();
  private @Nullable ScheduledFuture<?> nextTimer;

  RevivalDispatcher(
      PitConfig config,
      Reviver reviver,
      RevivalRunner runner,
      InstantSource clock,
      ExecutorService attempts,
      ScheduledExecutorService timer,
      Consumer<RunningAgent> onRevived,
      Supplier<Collection<CellWork>> works) {
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
    this.works = works;
  }

  /**
   * Begins what may begin, oldest first; sets the timer for what has to wait; picks up what lost
   * its runner. Called after every change and at every poll.
   */
  synchronized void dispatch() {
    List<Attempt> open = new ArrayList<>();
    for (CellWork work : works.get()) {
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
    attempt.work().markFailed(attempt.agentId());
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

  /** Has {@link #dispatch} run again by then; a timer that fires earlier will do as well. */
  private synchronized void later(long millis) {
    long delay = Math.max(1, millis);
    long remaining = nextTimer == null ? 0 : nextTimer.getDelay(TimeUnit.MILLISECONDS);
    if (remaining <= 0 || remaining > delay) {
      nextTimer = timer.schedule(this::dispatch, delay, TimeUnit.MILLISECONDS);
    }
  }
}
