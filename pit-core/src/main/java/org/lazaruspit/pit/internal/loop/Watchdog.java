package org.lazaruspit.pit.internal.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.PitHealth;
import org.lazaruspit.pit.spi.AgentRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the loop: one that is late, or that has seen failures and acted on none, is a pit that
 * looks well and is not. What is wrong is logged once, and shown for as long as it lasts.
 * Thread-safe.
 */
public final class Watchdog implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);
  private static final long CHECK = Duration.ofSeconds(1).toNanos();

  /** Anything less is a busy machine. */
  private static final long LEAST_DELAY = Duration.ofSeconds(5).toNanos();

  private final long poll;
  private final long allowed;
  private final LongSupplier nanos;
  private final InstantSource clock;
  private final BooleanSupplier loopRuns;
  private final Map<AgentRef, Failure> failures = new HashMap<>();
  private final Set<String> told = new HashSet<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable Instant runningSince;
  private @Nullable Instant lastRound;
  private long lastRoundNanos;
  private long lastCheck;
  private long rounds;
  private long seen;
  private long actedOn;

  /** An agent's failure, since when nothing is done about it, and whether anything ever was. */
  private record Failure(long incarnation, long since, boolean actedOn, boolean counted) {}

  public Watchdog(
      Duration poll, LongSupplier nanos, InstantSource clock, BooleanSupplier loopRuns) {
    this.poll = poll.toNanos();
    this.allowed = Math.max(this.poll, LEAST_DELAY);
    this.nanos = nanos;
    this.clock = clock;
    this.loopRuns = loopRuns;
  }

  /** The loop begins; from now on it is watched. */
  public synchronized void started() {
    runningSince = clock.instant();
    lastRoundNanos = nanos.getAsLong();
    lastCheck = lastRoundNanos;
  }

  public synchronized void roundEnded() {
    rounds++;
    lastRound = clock.instant();
    lastRoundNanos = nanos.getAsLong();
  }

  /** An agent is in trouble, and something is to be done or written down about it. */
  synchronized void failed(AgentRef agent, long incarnation) {
    Failure before = failures.get(agent);
    if (before == null || before.incarnation() != incarnation) {
      seen++;
      failures.put(agent, new Failure(incarnation, nanos.getAsLong(), false, false));
    }
  }

  /** Something was written down about it, which should be under way and is not. */
  synchronized void neglected(AgentRef agent, long incarnation) {
    Failure failure = failures.get(agent);
    if (failure == null) {
      failed(agent, incarnation);
    } else if (failure.actedOn()) {
      failures.put(
          agent, new Failure(failure.incarnation(), nanos.getAsLong(), false, failure.counted()));
    }
  }

  /** Something is done, or was written down that has to wait. */
  synchronized void actedOn(AgentRef agent) {
    Failure failure = failures.get(agent);
    if (failure != null && !failure.actedOn()) {
      actedOn += failure.counted() ? 0 : 1;
      failures.put(agent, new Failure(failure.incarnation(), failure.since(), true, true));
    }
  }

  /** The agent is no longer in trouble. */
  synchronized void clear(AgentRef agent) {
    failures.remove(agent);
  }

  /** There are no other agents any more. */
  synchronized void retain(Set<AgentRef> agents) {
    failures.keySet().retainAll(agents);
  }

  public synchronized PitHealth health() {
    return new PitHealth(
        Optional.ofNullable(runningSince),
        Optional.ofNullable(lastRound),
        rounds,
        Duration.ofNanos(late()),
        seen,
        actedOn,
        complaints());
  }

  private long late() {
    return runningSince == null ? 0 : Math.max(0, nanos.getAsLong() - lastRoundNanos - poll);
  }

  private List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    if (runningSince == null || closed.getCount() == 0) {
      return complaints;
    }
    if (!loopRuns.getAsBoolean()) {
      complaints.add("the loop has ended");
    }
    if (late() > allowed) {
      complaints.add("the loop is late");
    }
    long now = nanos.getAsLong();
    long ignored =
        failures.values().stream()
            .filter(failure -> !failure.actedOn() && now - failure.since() > 2 * allowed)
            .count();
    if (ignored > 0) {
      complaints.add("failures were seen and not acted on");
    }
    return complaints;
  }

  /**
   * Says what is new of it, and returns that. If this process was stopped, the loop was not late
   * for that.
   */
  List<String> check() {
    PitHealth now;
    List<String> fresh;
    synchronized (this) {
      long gap = nanos.getAsLong() - lastCheck;
      if (gap > LEAST_DELAY) {
        lastRoundNanos += gap;
        failures.replaceAll(
            (agent, old) ->
                new Failure(old.incarnation(), old.since() + gap, old.actedOn(), old.counted()));
      }
      lastCheck = nanos.getAsLong();
      now = health();
      told.retainAll(now.complaints());
      fresh = now.complaints().stream().filter(told::add).toList();
    }
    for (String complaint : fresh) {
      log.error("THIS PIT IS NOT WELL, {}: {}", complaint, now);
    }
    return fresh;
  }

  /** Checks on a thread of its own until it is closed. */
  public void start() {
    Thread thread = new Thread(this::run, "pit-watchdog");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (!closed.await(CHECK, TimeUnit.NANOSECONDS)) {
        List<String> unused = check();
      }
    } catch (InterruptedException e) {
      log.debug("nobody watches the loop any more");
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
