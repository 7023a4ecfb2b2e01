package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The agents, and everything that can happen to one of them. An entry's state changes under its
 * monitor; what follows from that for the listeners is noted there and delivered by whoever called,
 * after it has let go.
 */
final class AgentRegistry {
  private final AgentTable entries = new AgentTable();
  private final Limits limits;
  private final RegistryClock time;
  private final InstantSource clock;
  private final EventDispatcher announcer;
  private final DeadlineWheel wheel;
  private final MassSilenceGuard guard;
  private final RuleOverrides rules;

  /**
   * How much is taken.
   *
   * @param agents how many agents
   * @param metadataBytes how much metadata of one, as compact JSON
   * @param ids what an id looks like
   * @param registerUnknown whether heartbeats register agents
   */
  record Limits(int agents, int metadataBytes, AgentIds ids, boolean registerUnknown) {}

  AgentRegistry(
      Limits limits,
      RuleOverrides rules,
      RegistryClock time,
      InstantSource clock,
      EventDispatcher announcer,
      DeadlineWheel wheel,
      MassSilenceGuard guard) {
    this.limits = limits;
    this.rules = rules;
    this.time = time;
    this.clock = clock;
    this.announcer = announcer;
    this.wheel = wheel;
    this.guard = guard;
  }

  HeartbeatOutcome heartbeat(String id, Heartbeat beat) {
    // Before the look-up: reading the clock waits for every load that has begun, so after it the
    // cache misses of one heartbeat would not overlap with those of the next.
    long now = time.now();
    AgentEntry entry = entries.get(id);
    if (entry != null && entry.isPlain() && beat.isPlainOf(entry.incarnation)) {
      entry.signOfLife(beat, now, time.wallMillis(now));
      if (entry.isPlain()) {
        return HeartbeatOutcome.Accepted.KNOWN;
      }
    }
    HeartbeatOutcome outcome = fullHeartbeat(id, beat);
    announcer.dispatch();
    return outcome;
  }

  private HeartbeatOutcome fullHeartbeat(String id, Heartbeat beat) {
    long incarnation = Math.max(0, beat.incarnation());
    while (true) {
      AgentEntry entry = entries.get(id);
      if (entry == null) {
        HeartbeatOutcome refusal = refusal(id, limits.registerUnknown());
        if (refusal != null) {
          return refusal;
        }
        AgentEntry fresh = fresh(id, incarnation, null);
        synchronized (fresh) { // the wheel may know it already
          HeartbeatOutcome outcome = heartbeat(fresh, beat, true);
          if (publish(fresh)) {
            return outcome;
          }
        }
        continue;
      }
      synchronized (entry) {
        if (entry.isRetired()) {
          continue;
        }
        if (incarnation < entry.incarnation) {
          return new HeartbeatOutcome.StaleIncarnation(entry.incarnation);
        }
        if (incarnation == entry.incarnation) {
          return heartbeat(entry, beat, false);
        }
        AgentEntry newer = fresh(id, incarnation, rules.own(entry));
        synchronized (newer) {
          HeartbeatOutcome outcome = heartbeat(newer, beat, false);
          succeed(entry, newer);
          return outcome;
        }
      }
    }
  }

  private HeartbeatOutcome heartbeat(AgentEntry entry, Heartbeat beat, boolean isNew) {
    long now = time.now();
    Waiting waiting = beat.waiting();
    AgentState.AgreedWait quiet =
        waiting == null ? null : AgentState.AgreedWait.asked(waiting, clock.instant(), now);
    AgentState before = entry.state();
    step(entry, new HealthSignal.Beat(beat.progress(), quiet), now);
    entry.signOfLife(beat, now, clock.millis());
    if (before.overdue() != null) {
      guard.ended(before.overdue());
    }
    if (before.quiet() != null || rules.of(entry).progressWindow() != null) {
      // The deadline may be earlier than the one that the wheel was told.
      arm(entry, now);
    }
    try {
      entry.metadata(Metadata.merge(entry.metadata(), beat.metadata(), limits.metadataBytes()));
      return isNew ? HeartbeatOutcome.Accepted.NEW : HeartbeatOutcome.Accepted.KNOWN;
    } catch (Metadata.Refused e) {
      return new HeartbeatOutcome.MetadataRefused(isNew, e.reason());
    }
  }

  HeartbeatOutcome register(
      String id, Map<String, ? extends @Nullable Object> metadata, long incarnation) {
    try {
      while (true) {
        AgentEntry entry = entries.get(id);
        if (entry == null) {
          Map<String, Object> merged = Metadata.merge(Map.of(), metadata, limits.metadataBytes());
          HeartbeatOutcome refusal = refusal(id, true);
          if (refusal != null) {
            return refusal;
          }
          AgentEntry fresh = fresh(id, incarnation, null);
          fresh.metadata(merged);
          if (publish(fresh)) {
            return HeartbeatOutcome.Accepted.NEW;
          }
          continue;
        }
        synchronized (entry) {
          if (entry.isRetired()) {
            continue;
          }
          return registerKnown(entry, metadata, incarnation);
        }
      }
    } catch (Metadata.Refused e) {
      return new HeartbeatOutcome.MetadataRefused(false, e.reason());
    }
  }

  private HeartbeatOutcome registerKnown(
      AgentEntry entry, Map<String, ? extends @Nullable Object> metadata, long incarnation)
      throws Metadata.Refused {
    if (incarnation < entry.incarnation) {
      return new HeartbeatOutcome.StaleIncarnation(entry.incarnation);
    }
    if (incarnation == entry.incarnation) {
      entry.metadata(Metadata.merge(entry.metadata(), metadata, limits.metadataBytes()));
      return HeartbeatOutcome.Accepted.KNOWN;
    }
    Map<String, Object> merged = Metadata.merge(Map.of(), metadata, limits.metadataBytes());
    AgentEntry newer = fresh(entry.id, incarnation, rules.own(entry));
    newer.metadata(merged);
    succeed(entry, newer);
    return HeartbeatOutcome.Accepted.KNOWN;
  }

  /** Why an unknown agent cannot be registered, or null when it can. */
  private @Nullable HeartbeatOutcome refusal(String id, boolean mayRegister) {
    if (!limits.ids().isValid(id)) {
      return new HeartbeatOutcome.BadId(limits.ids().expected(id));
    }
    if (!mayRegister) {
      return new HeartbeatOutcome.UnknownAgent(id);
    }
    return entries.size() < limits.agents()
        ? null
        : new HeartbeatOutcome.RegistryFull(limits.agents());
  }

  /**
   * An entry that nobody sees yet. What comes with it is done to it before it is published, so that
   * nobody sees an agent that has been registered by a heartbeat without that heartbeat.
   */
  private AgentEntry fresh(String id, long incarnation, @Nullable HealthRules own) {
    long now = time.now();
    AgentState state =
        incarnation == 0 ? AgentState.NORMAL : Escalation.fresh(own == null ? rules.common() : own);
    AgentEntry entry = new AgentEntry(id, incarnation, state, now);
    if (own != null) {
      rules.give(entry, own);
    }
    return entry;
  }

  /** Whether the agent is new by this entry: others may be faster, or take the last place. */
  private boolean publish(AgentEntry fresh) {
    synchronized (fresh) {
      if (entries.add(fresh, limits.agents())) {
        // Only now: rules that change meanwhile find the agent, or else are found here.
        arm(fresh, time.now());
        return true;
      }
      retire(fresh);
      return false;
    }
  }

  /** Under the monitor of the older incarnation's entry: the newer takes its place. */
  private void succeed(AgentEntry older, AgentEntry newer) {
    synchronized (newer) {
      announce(newer, older.state(), newer.state(), HealthCause.INCARNATION);
      entries.replace(older, newer);
      retire(older);
      arm(newer, time.now());
    }
  }

  boolean unregister(String id) {
    while (true) {
      AgentEntry entry = entries.get(requireNonNull(id, "agentId"));
      if (entry == null) {
        return false;
      }
      synchronized (entry) {
        if (!entry.isRetired()) {
          entries.remove(entry);
          retire(entry);
          return true;
        }
      }
    }
  }

  /** Under the entry's monitor. */
  private void retire(AgentEntry entry) {
    Silence silence = entry.state().overdue();
    if (silence != null) {
      guard.ended(silence);
    }
    entry.state(AgentState.RETIRED);
    rules.take(entry);
    wheel.remove(entry);
  }

  @Nullable AgentHealth fail(String id, String error, long incarnation) {
    while (true) {
      AgentEntry entry = entries.get(requireNonNull(id, "agentId"));
      if (entry == null) {
        return null;
      }
      synchronized (entry) {
        if (!entry.isRetired()) {
          if (incarnation >= entry.incarnation) {
            step(entry, new HealthSignal.Failure(error, clock.millis()), time.now());
          }
          return entry.health();
        }
      }
    }
  }

  /** How an agent is doing, null when it is unknown. */
  @Nullable AgentHealth health(String id) {
    while (true) {
      AgentEntry entry = entries.get(id);
      AgentHealth health = entry == null ? null : entry.health();
      if (entry == null || health != null) {
        return health;
      }
    }
  }

  /** How the agent is doing whose entry this is or was, null when it is gone. */
  @Nullable AgentHealth health(AgentEntry entry) {
    AgentHealth health = entry.health();
    return health == null ? health(entry.id) : health;
  }

  /** Under the entry's monitor: applies the rules, and says whether the status changed. */
  boolean step(AgentEntry entry, HealthSignal what, long now) {
    AgentState before = entry.state();
    Escalation.Step step;
    long lastSign;
    do {
      lastSign = entry.lastSign();
      step = Escalation.step(before, what, rules.of(entry), lastSign, now);
      entry.state(step.state());
      // A heartbeat between the two looks at it may have seen nothing to clear: it counts.
    } while (before.isPlain() && entry.lastSign() != lastSign);
    return announce(entry, before, step.state(), step.cause());
  }

  private boolean announce(
      AgentEntry entry, AgentState before, AgentState after, HealthCause cause) {
    if (before.status() == after.status()) {
      return false;
    }
    announcer.note(
        new HealthEvent(
            entry.id,
            before.status(),
            after.status(),
            cause,
            clock.instant(),
            entry.incarnation,
            after.error()));
    return true;
  }

  /** Under the entry's monitor: has the wheel bring it up when something will be due. */
  void arm(AgentEntry entry, long now) {
    HealthRules rulesNow = rules.of(entry);
    // What is held is overdue all the time, and it is the end of the hold that brings it up again.
    long due =
        entry.state().hold() == null
            ? Escalation.dueIn(entry.state(), rulesNow, entry.lastSign(), now)
            : Nanos.of(rulesNow.timeout());
    wheel.schedule(entry, now, due);
  }

  /** Has the wheel bring up every agent at once, for rules that have changed. */
  private void armAll() {
    long now = time.now();
    entries.forEach(
        entry -> {
          synchronized (entry) {
            if (!entry.isRetired()) {
              wheel.schedule(entry, now, 0);
            }
          }
        });
  }

  void rules(HealthRules newRules) {
    rules.common(newRules);
    armAll();
  }

  /**
   * Gives an agent rules of its own, or with null those of the registry; false when there is
   * nothing to change.
   */
  boolean ownRules(String id, @Nullable HealthRules newRules) {
    while (true) {
      AgentEntry entry = entries.get(requireNonNull(id, "agentId"));
      if (entry == null) {
        return false;
      }
      synchronized (entry) {
        if (!entry.isRetired()) {
          boolean changed = newRules == null ? rules.take(entry) : rules.give(entry, newRules);
          wheel.schedule(entry, time.now(), 0);
          return changed;
        }
      }
    }
  }

  /** The rules that hold for an agent, null when it is unknown. */
  @Nullable HealthRules rulesFor(String id) {
    while (true) {
      AgentEntry entry = entries.get(requireNonNull(id, "agentId"));
      if (entry == null) {
        return null;
      }
      synchronized (entry) {
        if (!entry.isRetired()) {
          return rules.of(entry);
        }
      }
    }
  }

  void forEach(Consumer<AgentEntry> action) {
    entries.forEach(action);
  }

  int size() {
    return entries.size();
  }
}
