package org.lazaruspit.heartbeat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * "It was us, not them": notices that a large part of the fleet has fallen silent within one
 * time-out.
 *
 * <p>The fleet is whoever was not silent before. The hold ends as soon as the held silences are
 * less than that part of it again, or after a bounded time; then it takes new silences to begin
 * another, so it cannot latch. Agents come back on any thread; the rest is called by the {@link
 * Watch} under its lock.
 */
final class MassSilenceGuard {
  private final AtomicInteger overdue = new AtomicInteger();
  private final AtomicInteger recentlyOverdue = new AtomicInteger();
  private final AtomicInteger held = new AtomicInteger();
  private final Deque<Silence> recent = new ArrayDeque<>();
  private final List<Silence> hold = new ArrayList<>();
  private boolean holding;
  private long holdingSince;

  /** What is to be done about silence now. */
  enum Verdict {
    /** Every silence counts. */
    COUNT,
    /** A hold has begun: the recent silences are to be held, and those to come. */
    BEGIN,
    /** Silences are to be held. */
    HOLD,
    /** Heartbeats have returned: what is held is to be forgiven. */
    FORGIVE,
    /** It has taken too long: what is held counts after all. */
    GIVE_UP
  }

  Silence fellSilent(AgentEntry entry, long now) {
    Silence silence = new Silence(entry, now);
    overdue.incrementAndGet();
    recentlyOverdue.incrementAndGet();
    recent.add(silence);
    return silence;
  }

  /**
   * Under the entry's monitor, on any thread: the silence has ended, by a heartbeat or since the
   * agent is gone or forgiven.
   */
  void ended(Silence silence) {
    overdue.decrementAndGet();
    forgetRecent(silence);
    if (silence.held) {
      silence.held = false;
      held.decrementAndGet();
    }
  }

  /** Under the entry's monitor. */
  void hold(Silence silence) {
    if (!silence.held) {
      silence.held = true;
      held.incrementAndGet();
      hold.add(silence);
    }
  }

  /** Under the entry's monitor: the silence counts after all. */
  void unhold(Silence silence) {
    if (silence.held) {
      silence.held = false;
      held.decrementAndGet();
    }
  }

  Verdict judge(int agents, HealthRules rules, long now) {
    HealthRules.MassSilence rule = rules.massSilence();
    forgetOlderThan(Nanos.of(rules.timeout()), now);
    if (!holding) {
      if (rule == null || !isMass(recentlyOverdue.get(), agents, rule)) {
        return Verdict.COUNT;
      }
      holding = true;
      holdingSince = now;
      return Verdict.BEGIN;
    }
    if (rule == null || now - holdingSince >= Nanos.of(rule.heldAtMost())) {
      return end(Verdict.GIVE_UP);
    }
    return isMass(held.get(), agents, rule) ? Verdict.HOLD : end(Verdict.FORGIVE);
  }

  private boolean isMass(int silent, int agents, HealthRules.MassSilence rule) {
    long fleet = (long) agents - overdue.get() + silent;
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
      recentlyOverdue.decrementAndGet();
    }
  }

  long holdingSince() {
    return holdingSince;
  }

  Collection<Silence> recent() {
    return recent;
  }

  /** What was held, some of it ended meanwhile; the next hold starts with none. */
  List<Silence> takeHeld() {
    List<Silence> taken = List.copyOf(hold);
    hold.clear();
    return taken;
  }
}
