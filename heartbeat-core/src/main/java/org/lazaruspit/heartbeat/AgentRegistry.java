package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Table of the agents with all operations on one agent. An entry's state changes under its monitor;
 * events are queued there, and the caller dispatches them after it has released the monitor.
 */
final class AgentRegistry {
  private final AgentTable entries = new AgentTable();
  private final Limits limits;
  private final RegistryClock time;
  private final InstantSource clock;
  private final EventDispatcher dispatcher;
  private final DeadlineWheel wheel;
  private final MassSilenceGuard guard;
  private final RuleOverrides rules;

  /**
   * Limits of a registry.
   *
   * @param agents maximum number of agents
   * @param metadataBytes maximum size of one agent's metadata, bytes of compact JSON
   * @param ids syntax of agent ids
   * @param registerUnknown whether heartbeats register agents
   */
  record Limits(int agents, int metadataBytes, AgentIds ids, boolean registerUnknown) {}

  AgentRegistry(
      Limits limits,
      RuleOverrides rules,
      RegistryClock time,
      InstantSource clock,
      EventDispatcher dispatcher,
      DeadlineWheel wheel,
      MassSilenceGuard guard) {
    this.limits = limits;
    this.rules = rules;
    this.time = time;
    this.clock = clock;
    this.dispatcher = dispatcher;
    this.wheel = wheel;
    this.guard = guard;
  }

  HeartbeatOutcome heartbeat(String id, Heartbeat beat) {
    // Before the look-up: reading the clock waits for pending loads, so a later read would keep the
    // cache misses of successive heartbeats from overlapping.
    long now = time.now();
    AgentEntry entry = entries.get(id);
    if (entry != null && entry.isNormal() && beat.isPlainOf(entry.incarnation)) {
      entry.signOfLife(beat, now, time.wallMillis(now));
      if (entry.isNormal()) {
        return HeartbeatOutcome.Accepted.KNOWN;
      }
    }
    HeartbeatOutcome outcome = fullHeartbeat(id, beat);
    dispatcher.dispatch();
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
        AgentEntry created = newEntry(id, incarnation, null);
        synchronized (created) { // the wheel may contain it already
          HeartbeatOutcome outcome = heartbeat(created, beat, true);
          if (publish(created)) {
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
        AgentEntry newer = newEntry(id, incarnation, rules.own(entry));
        synchronized (newer) {
          HeartbeatOutcome outcome = heartbeat(newer, beat, false);
          supersede(entry, newer);
          return outcome;
        }
      }
    }
  }

  private HeartbeatOutcome heartbeat(AgentEntry entry, Heartbeat beat, boolean isNew) {
    long now = time.now();
    Waiting waiting = beat.waiting();
    AgentState.AgreedWait wait =
        waiting == null ? null : AgentState.AgreedWait.requested(waiting, clock.instant(), now);
    AgentState before = entry.state();
    step(entry, new HealthSignal.Beat(beat.progress(), wait), now);
    entry.signOfLife(beat, now, clock.millis());
    if (before.silence() != null) {
      guard.ended(before.silence());
    }
    if (before.agreedWait() != null || rules.of(entry).progressWindow() != null) {
      // The deadline may be earlier than the scheduled one.
      schedule(entry, now);
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
          AgentEntry created = newEntry(id, incarnation, null);
          created.metadata(merged);
          if (publish(created)) {
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
    AgentEntry newer = newEntry(entry.id, incarnation, rules.own(entry));
    newer.metadata(merged);
    supersede(entry, newer);
    return HeartbeatOutcome.Accepted.KNOWN;
  }

  /** Returns the reason against registering an unknown agent, or null. */
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
   * Creates an unpublished entry. The caller applies the heartbeat or the metadata before it
   * publishes the entry, so readers never see a new agent without them.
   */
  private AgentEntry newEntry(String id, long incarnation, @Nullable HealthRules own) {
    long now = time.now();
    AgentState state =
        incarnation == 0
            ? AgentState.NORMAL
            : Escalation.newIncarnation(own == null ? rules.common() : own);
    AgentEntry entry = new AgentEntry(id, incarnation, state, now);
    if (own != null) {
      rules.set(entry, own);
    }
    return entry;
  }

  /**
   * Adds the entry; returns false if another thread registered the agent or took the last place.
   */
  private boolean publish(AgentEntry created) {
    synchronized (created) {
      if (entries.add(created, limits.agents())) {
        // After the add: a concurrent change of rules either finds the entry or is visible here.
        schedule(created, time.now());
        return true;
      }
      retire(created);
      return false;
    }
  }

  /** Replaces the entry of an older incarnation. Called under the older entry's monitor. */
  private void supersede(AgentEntry older, AgentEntry newer) {
    synchronized (newer) {
      announce(newer, older.state(), newer.state(), HealthCause.INCARNATION);
      entries.replace(older, newer);
      retire(older);
      schedule(newer, time.now());
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

  /** Called under the entry's monitor. */
  private void retire(AgentEntry entry) {
    Silence silence = entry.state().silence();
    if (silence != null) {
      guard.ended(silence);
    }
    entry.state(AgentState.RETIRED);
    rules.remove(entry);
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

  /** Returns an agent's health, or null if the agent is unknown. */
  @Nullable AgentHealth health(String id) {
    while (true) {
      AgentEntry entry = entries.get(id);
      AgentHealth health = entry == null ? null : entry.health();
      if (entry == null || health != null) {
        return health;
      }
    }
  }

  /**
   * Returns the health of the agent of this entry, or of its successor, or null if the agent is
   * gone.
   */
  @Nullable AgentHealth health(AgentEntry entry) {
    AgentHealth health = entry.health();
    return health == null ? health(entry.id) : health;
  }

  /** Applies the rules; returns whether the status changed. Called under the entry's monitor. */
  boolean step(AgentEntry entry, HealthSignal signal, long now) {
    AgentState before = entry.state();
    Escalation.Step step;
    long lastSign;
    do {
      lastSign = entry.lastSign();
      step = Escalation.step(before, signal, rules.of(entry), lastSign, now);
      entry.state(step.state());
      // A heartbeat between the two reads may have seen the normal state: it counts.
    } while (before.isNormal() && entry.lastSign() != lastSign);
    return announce(entry, before, step.state(), step.cause());
  }

  private boolean announce(
      AgentEntry entry, AgentState before, AgentState after, HealthCause cause) {
    if (before.status() == after.status()) {
      return false;
    }
    dispatcher.enqueue(
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

  /** Schedules the next check of an agent. Called under the entry's monitor. */
  void schedule(AgentEntry entry, long now) {
    HealthRules rulesNow = rules.of(entry);
    // A held silence stays overdue; the end of the hold schedules its next check.
    long due =
        entry.state().hold() == null
            ? Escalation.dueIn(entry.state(), rulesNow, entry.lastSign(), now)
            : Nanos.of(rulesNow.timeout());
    wheel.schedule(entry, now, due);
  }

  /** Schedules a check of every agent now, after a change of rules. */
  private void scheduleAll() {
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
    scheduleAll();
  }

  /** Sets rules for one agent, or with null removes them; returns false if that changes nothing. */
  boolean ownRules(String id, @Nullable HealthRules newRules) {
    while (true) {
      AgentEntry entry = entries.get(requireNonNull(id, "agentId"));
      if (entry == null) {
        return false;
      }
      synchronized (entry) {
        if (!entry.isRetired()) {
          boolean changed = newRules == null ? rules.remove(entry) : rules.set(entry, newRules);
          wheel.schedule(entry, time.now(), 0);
          return changed;
        }
      }
    }
  }

  /** Returns the rules in force for an agent, or null if the agent is unknown. */
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
