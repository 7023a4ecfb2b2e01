package org.lazaruspit.heartbeat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices what time alone brings about: silence, standstill, the end of a hold. One thread at a
 * time.
 */
final class SilenceDetector {
  private static final Logger LOG = LoggerFactory.getLogger(HealthRegistry.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final AgentRegistry agents;
  private final RuleOverrides rules;
  private final RegistryClock time;
  private final InstantSource clock;
  private final DeadlineWheel wheel;
  private final MassSilenceGuard guard;
  private boolean holding;
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

  /** Looks at whoever is due, and says how many agents' status changed. */
  int check() {
    lock.lock();
    try {
      long now = time.tick();
      List<AgentEntry> due = new ArrayList<>();
      wheel.advance(now, due);
      int changes = 0;
      List<AgentEntry> silent = new ArrayList<>();
      for (AgentEntry entry : due) {
        changes += look(entry, now, silent) ? 1 : 0;
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

  /** The first look finds the silences, all of them, so that the second can tell one from many. */
  private boolean look(AgentEntry entry, long now, List<AgentEntry> silent) {
    synchronized (entry) {
      if (entry.isRetired()) {
        return false;
      }
      if (!isSilent(entry, now)) {
        boolean changed = agents.step(entry, HealthSignal.TimePassed.INSTANCE, now);
        agents.arm(entry, now);
        return changed;
      }
      if (entry.state().overdue() == null) {
        Silence silence = guard.fellSilent(entry, now);
        agents.step(entry, new HealthSignal.FellSilent(silence), now);
        if (entry.state().overdue() == null) {
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

  private boolean escalate(AgentEntry entry, long now) {
    synchronized (entry) {
      if (entry.isRetired()) {
        return false;
      }
      boolean changed = false;
      Silence silence = entry.state().overdue();
      if (holding && silence != null && isSilent(entry, now)) {
        changed = hold(silence, now);
      } else {
        changed = agents.step(entry, HealthSignal.TimePassed.INSTANCE, now);
      }
      agents.arm(entry, now);
      return changed;
    }
  }

  /** Its silence does not count, but its standstill until then does. */
  private boolean hold(Silence silence, long now) {
    guard.hold(silence);
    return agents.step(silence.entry, new HealthSignal.Hold(held), now);
  }

  private int judgeMassSilence(long now) {
    return switch (guard.judge(agents.size(), rules.common(), now)) {
      case COUNT, HOLD -> 0;
      case BEGIN -> begin(now);
      case FORGIVE -> release(HealthSignal.Forgive.INSTANCE, now);
      case GIVE_UP -> release(HealthSignal.HoldEnded.INSTANCE, now);
    };
  }

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
        "{} of {} agents fell silent within one time-out: their silence is held until {}",
        count,
        agents.size(),
        held.until());
    return changes;
  }

  private int release(HealthSignal end, long now) {
    holding = false;
    int changes = 0;
    int count = 0;
    for (Silence silence : guard.takeHeld()) {
      synchronized (silence.entry) {
        if (silence.held) {
          count++;
          changes += release(silence, end, now) ? 1 : 0;
        }
      }
    }
    LOG.warn(
        "Mass silence has ended, {}: {} silent agents are {}",
        end instanceof HealthSignal.Forgive ? "heartbeats return" : "it has taken too long",
        count,
        end instanceof HealthSignal.Forgive ? "given another time-out" : "judged");
    return changes;
  }

  private boolean release(Silence silence, HealthSignal end, long now) {
    AgentEntry entry = silence.entry;
    if (end instanceof HealthSignal.Forgive) {
      guard.ended(silence);
    } else {
      guard.unhold(silence);
    }
    boolean changed = agents.step(entry, end, now);
    agents.arm(entry, now);
    return changed;
  }
}
