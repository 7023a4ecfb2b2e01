package org.lazaruspit.examples.pit.control;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitConfig;

/** Holder of the running pit, which a reload replaces. Thread-safe. */
public final class CurrentPit {

  /** How long a replacement waits for the first round, so that reports are not empty. */
  private static final Duration FIRST_ROUND = Duration.ofSeconds(10);

  private static final Duration MIN_TOLERANCE = Duration.ofSeconds(5);

  /** Pit with its configuration and its first round. */
  public record Work(PitConfig config, LazarusPit pit, FirstRound firstRound) {}

  private final Instant startedAt;
  private final boolean dryRun;
  private final ReentrantLock changing = new ReentrantLock();
  private volatile Work work;

  public CurrentPit(Instant startedAt, boolean dryRun, Work work) {
    this.startedAt = startedAt;
    this.dryRun = dryRun;
    this.work = work;
  }

  /** Returns when the daemon started; its pit may be younger. */
  public Instant startedAt() {
    return startedAt;
  }

  /** Returns whether the pit starts and stops no agent. */
  public boolean dryRun() {
    return dryRun;
  }

  /**
   * Returns the current pit with its configuration: to be called once per request, so that both
   * belong together. Waits while a pit is replaced.
   */
  public Work work() {
    changing.lock();
    try {
      return work;
    } finally {
      changing.unlock();
    }
  }

  /** Returns whether the loop is on time; a restart of this process cures a late loop. */
  public boolean loopRuns() {
    Work now = work();
    Duration tolerance = now.config().pollInterval();
    Duration least = MIN_TOLERANCE.compareTo(tolerance) > 0 ? MIN_TOLERANCE : tolerance;
    return now.pit().health().late().compareTo(least) <= 0;
  }

  /**
   * Closes the current pit and starts another, which adopts the agents.
   *
   * @param next a pit that has not started
   */
  public void replace(Work next) throws InterruptedException {
    changing.lock();
    try {
      work.pit().close();
      next.pit().start();
      work = next;
      next.firstRound().await(FIRST_ROUND);
    } finally {
      changing.unlock();
    }
  }
}
