package org.lazaruspit.examples.pit.control;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitConfig;

/** What the daemon runs. A reload puts another pit in the place of the first. Thread-safe. */
public final class CurrentPit {

  /** Whoever asks right after a change should get more than "not known yet". */
  private static final Duration FIRST_ROUND = Duration.ofSeconds(10);

  private static final Duration LEAST_PATIENCE = Duration.ofSeconds(5);

  /** A pit, what it was made from, and whether it has looked at its fleet. */
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

  /** When the daemon was started: its pit may be younger. */
  public Instant startedAt() {
    return startedAt;
  }

  /** Whether it decides and does nothing. */
  public boolean dryRun() {
    return dryRun;
  }

  /**
   * The pit of now and its configuration: ask once a request, so that both belong together. While
   * one pit takes the place of another this waits.
   */
  public Work work() {
    changing.lock();
    try {
      return work;
    } finally {
      changing.unlock();
    }
  }

  /** Whether the loop is on time: what a restart of this process would help against. */
  public boolean loopRuns() {
    Work now = work();
    Duration patience = now.config().pollInterval();
    Duration least = LEAST_PATIENCE.compareTo(patience) > 0 ? LEAST_PATIENCE : patience;
    return now.pit().health().late().compareTo(least) <= 0;
  }

  /**
   * Has the pit of now let go of its agents, and another one take them over.
   *
   * @param next has not begun
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
