package org.lazaruspit.heartbeat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Detects mass silence: a large part of the fleet falls silent within one time-out.
 *
 * <p>The fleet is the number of agents without older silences. The hold ends as soon as the held
 * silences are less than that part of the fleet, or after a bounded time; only new silences can
 * begin another hold, so a hold cannot latch. {@link #ended} is called on any thread; the other
 * methods are called by the {@link SilenceDetector} under its lock, which guards the fields that
 * are not atomic.
 */
final class MassSilenceGuard {
  private final AtomicInteger silences = new AtomicInteger();
  private final AtomicInteger recentSilences = new AtomicInteger();
  private final AtomicInteger heldSilences = new AtomicInteger();
  private final Deque<Silence> recent = new ArrayDeque<>();
  private final List<Silence> heldList = new ArrayList<>();
  private boolean holding;
  private long holdingSince;

  /** Treatment of silences. */
  enum Verdict {
    /** Every silence counts. */
    COUNT,
    /** A hold begins: recent and new silences are held. */
    BEGIN,
    /** New silences are held. */
    HOLD,
    /** The hold ends, since heartbeats returned: held silences are forgiven. */
    FORGIVE,
    /** The hold ends, since it lasted too long: held silences count. */
    COUNT_HELD
  }

  Silence fellSilent(AgentEntry entry, long now) {
    Silence silence = new Silence(entry, now);
    silences.incrementAndGet();
    recentSilences.incrementAndGet();
    recent.add(silence);
    return silence;
  }

  /**
   * Called when a silence ends, by a heartbeat, by removal of the agent or by forgiving. On any
   * thread, under the entry's monitor.
   */
  void ended(Silence silence) {
    silences.decrementAndGet();
    forgetRecent(silence);
    if (silence.hold(false)) {
      heldSilences.decrementAndGet();
    }
  }

  /** Holds a silence. Called under the entry's monitor. */
  void hold(Silence silence) {
    if (silence.hold(true)) {
      heldSilences.incrementAndGet();
      heldList.add(silence);
    }
  }

  /** Counts a held silence. Called under the entry's monitor. */
  void count(Silence silence) {
    if (silence.hold(false)) {
      heldSilences.decrementAndGet();
    }
  }

  Verdict judge(int agents, HealthRules rules, long now) {
    HealthRules.MassSilence rule = rules.massSilence();
    forgetOlderThan(Nanos.of(rules.timeout()), now);
    if (!holding) {
      if (rule == null || !isMass(recentSilences.get(), agents, rule)) {
        return Verdict.COUNT;
      }
      holding = true;
      holdingSince = now;
      return Verdict.BEGIN;
    }
    if (rule == null || now - holdingSince >= Nanos.of(rule.heldAtMost())) {
      return end(Verdict.COUNT_HELD);
    }
    return isMass(heldSilences.get(), agents, rule) ? Verdict.HOLD : end(Verdict.FORGIVE);
  }

  private boolean isMass(int silent, int agents, HealthRules.MassSilence rule) {
    long fleet = (long) agents - silences.get() + silent;
    return fleet >= rule.agents() && silent >= rule.part() * fleet;
  }

  private Verdict end(Verdict verdict) {
    holding = false;
    recent.forEach(this::forgetRecent);
    recent.clear();
    return verdict;
  }

  private void forgetOlderThan(long timeout, long now) {
    for (Silence oldest = recent.peek();
        oldest != null && (now - oldest.since >= timeout || !oldest.recent.get());
        oldest = recent.peek()) {
      forgetRecent(oldest);
      recent.remove();
    }
  }

  private void forgetRecent(Silence silence) {
    if (silence.recent.compareAndSet(true, false)) {
      recentSilences.decrementAndGet();
    }
  }

  long holdingSince() {
    return holdingSince;
  }

  Collection<Silence> recent() {
    return recent;
  }

  /** Returns the silences of the last hold, including ended ones, and clears the list. */
  List<Silence> takeHeld() {
    List<Silence> taken = List.copyOf(heldList);
    heldList.clear();
    return taken;
  }
}
