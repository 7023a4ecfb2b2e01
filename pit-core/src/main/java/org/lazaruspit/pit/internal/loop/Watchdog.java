package org.lazaruspit.pit.internal.loop;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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
 * Watches the loop: detects an ended or late loop, and failures without action. Logs each problem
 * once, and reports it for as long as it lasts. Thread-safe.
 */
public final class Watchdog implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);
  private static final long CHECK = Duration.ofSeconds(1).toNanos();

  /** Delay that a busy machine explains, in nanoseconds. */
  private static final long LEAST_DELAY = Duration.ofSeconds(5).toNanos();

  private final long poll;
  private final long allowed;
  private final LongSupplier nanos;
  private final InstantSource clock;
  private final BooleanSupplier loopRuns;
  private final CountDownLatch closed = new CountDownLatch(1);

  @GuardedBy("this")
  private final Map<AgentRef, Failure> failures = new HashMap<>();

  @GuardedBy("this")
  private final Set<String> logged = new HashSet<>();

  @GuardedBy("this")
  private @Nullable Instant runningSince;

  @GuardedBy("this")
  private @Nullable Instant lastRound;

  @GuardedBy("this")
  private long lastRoundNanos;

  @GuardedBy("this")
  private long lastCheck;

  @GuardedBy("this")
  private long rounds;

  @GuardedBy("this")
  private long seen;

  @GuardedBy("this")
  private long actedOn;

  /** Failure of an agent, the time without action since, and whether it was ever acted on. */
  private record Failure(long incarnation, long since, boolean actedOn, boolean counted) {}

  public Watchdog(
      Duration poll, LongSupplier nanos, InstantSource clock, BooleanSupplier loopRuns) {
    this.poll = poll.toNanos();
    this.allowed = Math.max(this.poll, LEAST_DELAY);
    this.nanos = nanos;
    this.clock = clock;
    this.loopRuns = loopRuns;
  }

  /** Called when the loop starts. */
  public synchronized void started() {
    runningSince = clock.instant();
    lastRoundNanos = nanos.getAsLong();
    lastCheck = lastRoundNanos;
  }

  /** Called after a round. */
  public synchronized void roundEnded() {
    rounds++;
    lastRound = clock.instant();
    lastRoundNanos = nanos.getAsLong();
  }

  /** Called when an agent failed, which requires an action or a journal line. */
  synchronized void failed(AgentRef agent, long incarnation) {
    Failure before = failures.get(agent);
    if (before == null || before.incarnation() != incarnation) {
      seen++;
      failures.put(agent, new Failure(incarnation, nanos.getAsLong(), false, false));
    }
  }

  /** Called when a journaled revival of the agent is due and not under way. */
  synchronized void neglected(AgentRef agent, long incarnation) {
    Failure failure = failures.get(agent);
    if (failure == null) {
      failed(agent, incarnation);
    } else if (failure.actedOn()) {
      failures.put(
          agent, new Failure(failure.incarnation(), nanos.getAsLong(), false, failure.counted()));
    }
  }

  /** Called when a revival of the agent is under way, or has to wait by a rule. */
  synchronized void actedOn(AgentRef agent) {
    Failure failure = failures.get(agent);
    if (failure != null && !failure.actedOn()) {
      actedOn += failure.counted() ? 0 : 1;
      failures.put(agent, new Failure(failure.incarnation(), failure.since(), true, true));
    }
  }

  /** Called when the agent is no longer in trouble. */
  synchronized void clear(AgentRef agent) {
    failures.remove(agent);
  }

  /** Drops the failures of all other agents. */
  synchronized void retain(Set<AgentRef> agents) {
    failures.keySet().retainAll(agents);
  }

  /** Returns the health of the pit, as of now. */
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

  @GuardedBy("this")
  private long late() {
    return runningSince == null ? 0 : Math.max(0, nanos.getAsLong() - lastRoundNanos - poll);
  }

  @GuardedBy("this")
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
   * Logs and returns the new complaints. A stop of this whole process does not count as a delay of
   * the loop.
   */
  List<String> check() {
    PitHealth now;
    List<String> added;
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
      logged.retainAll(now.complaints());
      added = new ArrayList<>(now.complaints());
      added.removeAll(logged);
      logged.addAll(added);
    }
    for (String complaint : added) {
      log.error("pit: unhealthy: {}; {}", complaint, now);
    }
    return added;
  }

  /** Starts a thread that checks once a second until {@link #close}. */
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
      log.debug("pit: watchdog interrupted; the loop is no longer watched");
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
