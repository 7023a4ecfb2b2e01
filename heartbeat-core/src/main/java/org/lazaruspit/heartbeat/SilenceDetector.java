package org.lazaruspit.heartbeat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Detects silence, standstill and the end of a hold. Thread-safe; runs one check at a time. */
final class SilenceDetector {
  private static final Logger LOG = LoggerFactory.getLogger(HealthRegistry.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final AgentRegistry agents;
  private final RuleOverrides rules;
  private final RegistryClock time;
  private final InstantSource clock;
  private final DeadlineWheel wheel;
  private final MassSilenceGuard guard;

  @GuardedBy("lock")
  private boolean holding;

  @GuardedBy("lock")
  private Held held = new Held("mass", Instant.EPOCH, Instant.EPOCH);

  SilenceDetector(
      AgentRegistry agents,
      RuleOverrides rules,
      RegistryClock time,
      InstantSource clock,
      DeadlineWheel wheel,
      MassSilenceGuard guard) {
    this.agents = agents;
    this.rules = rules;
    this.time = time;
    this.clock = clock;
    this.wheel = wheel;
    this.guard = guard;
  }

  /** Checks the due agents; returns the number of agents with a changed status. */
  int check() {
    lock.lock();
    try {
      long now = time.tick();
      List<AgentEntry> due = new ArrayList<>();
      wheel.advance(now, due);
      int changes = 0;
      List<AgentEntry> silent = new ArrayList<>();
      for (AgentEntry entry : due) {
        changes += inspect(entry, now, silent) ? 1 : 0;
      }
      changes += judgeMassSilence(now);
      for (AgentEntry entry : silent) {
        changes += escalate(entry, now) ? 1 : 0;
      }
      return changes;
    } finally {
      lock.unlock();
    }
  }

  /**
   * First pass: collects all new silences, so that the second pass can tell single from mass
   * silence.
   */
  private boolean inspect(AgentEntry entry, long now, List<AgentEntry> silent) {
    synchronized (entry) {
      if (entry.isRetired()) {
        return false;
      }
      if (!isSilent(entry, now)) {
        boolean changed = agents.step(entry, HealthSignal.TimePassed.INSTANCE, now);
        agents.schedule(entry, now);
        return changed;
      }
      if (entry.state().silence() == null) {
        Silence silence = guard.fellSilent(entry, now);
        agents.step(entry, new HealthSignal.FellSilent(silence), now);
        if (entry.state().silence() == null) {
          guard.ended(silence);
        }
      }
      silent.add(entry);
      return false;
    }
  }

  private boolean isSilent(AgentEntry entry, long now) {
    return Escalation.newlySilent(entry.state(), rules.of(entry), entry.lastSign(), now);
  }

  @GuardedBy("lock")
  private boolean escalate(AgentEntry entry, long now) {
    synchronized (entry) {
      if (entry.isRetired()) {
        return false;
      }
      boolean changed = false;
      Silence silence = entry.state().silence();
      if (holding && silence != null && isSilent(entry, now)) {
        changed = hold(silence, now);
      } else {
        changed = agents.step(entry, HealthSignal.TimePassed.INSTANCE, now);
      }
      agents.schedule(entry, now);
      return changed;
    }
  }

  /** Holds a silence; standstill before it still counts. */
  @GuardedBy("lock")
  private boolean hold(Silence silence, long now) {
    guard.hold(silence);
    return agents.step(silence.entry, new HealthSignal.Hold(held), now);
  }

  @GuardedBy("lock")
  private int judgeMassSilence(long now) {
    return switch (guard.judge(agents.size(), rules.common(), now)) {
      case COUNT, HOLD -> 0;
      case BEGIN -> begin(now);
      case FORGIVE -> release(HealthSignal.Forgive.INSTANCE, now);
      case COUNT_HELD -> release(HealthSignal.HoldEnded.INSTANCE, now);
    };
  }

  @GuardedBy("lock")
  private int begin(long now) {
    HealthRules.MassSilence rule = rules.common().massSilence();
    Duration atMost = rule == null ? Duration.ZERO : rule.heldAtMost();
    Instant since = clock.instant();
    held = new Held("mass", since, Nanos.after(since, Nanos.of(atMost)));
    holding = true;
    int count = 0;
    int changes = 0;
    for (Silence silence : guard.recent()) {
      synchronized (silence.entry) {
        if (silence.isOf(silence.entry.state())) {
          changes += hold(silence, now) ? 1 : 0;
          count++;
        }
      }
    }
    LOG.warn(
        "mass silence: {} of {} agents fell silent within one time-out; holding their silence until {}",
        count,
        agents.size(),
        held.until());
    return changes;
  }

  @GuardedBy("lock")
  private int release(HealthSignal end, long now) {
    holding = false;
    int changes = 0;
    int count = 0;
    for (Silence silence : guard.takeHeld()) {
      synchronized (silence.entry) {
        if (silence.isHeld()) {
          count++;
          changes += release(silence, end, now) ? 1 : 0;
        }
      }
    }
    LOG.warn(
        "mass silence ended: {}; {} silent agents {}",
        end instanceof HealthSignal.Forgive ? "heartbeats returned" : "the hold lasted too long",
        count,
        end instanceof HealthSignal.Forgive ? "get another time-out" : "are judged");
    return changes;
  }

  private boolean release(Silence silence, HealthSignal end, long now) {
    AgentEntry entry = silence.entry;
    if (end instanceof HealthSignal.Forgive) {
      guard.ended(silence);
    } else {
      guard.count(silence);
    }
    boolean changed = agents.step(entry, end, now);
    agents.schedule(entry, now);
    return changed;
  }
}
