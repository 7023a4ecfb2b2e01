package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The agents, and everything that can happen to one of them. An entry's state changes under its
 * monitor; what follows from that for the listeners is noted there and delivered by whoever called,
 * after it has let go.
 */
final class Agents {
  private final ConcurrentHashMap<String, AgentEntry> entries = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<AgentEntry, HealthRules> ownRules = new ConcurrentHashMap<>();
  private final AtomicInteger size = new AtomicInteger();
  private final Limits limits;
  private final PauseGuard time;
  private final InstantSource clock;
  private final Announcer announcer;
  private final DeadlineWheel wheel;
  private final MassSilenceGuard guard;
  private volatile HealthRules rules;

  /**
   * How much is taken.
   *
   * @param agents how many agents
   * @param metadataBytes how much metadata of one, as compact JSON
   * @param ids what an id looks like
   * @param registerUnknown whether heartbeats register agents
   */
  record Limits(int agents, int metadataBytes, AgentIds ids, boolean registerUnknown) {}

  Agents(
      Limits limits,
      HealthRules rules,
      PauseGuard time,
      InstantSource clock,
      Announcer announcer,
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
    AgentEntry entry = entries.get(id);
    if (entry != null && entry.isPlain() && beat.isPlainOf(entry.incarnation)) {
      long now = time.now();
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
        synchronized (fresh) { // the wheel knows it already
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
        AgentEntry newer = fresh(id, incarnation, ownRules.get(entry));
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
    AgentState.Quiet quiet = waiting == null ? null : asked(waiting, now);
    AgentState before = entry.state();
    step(entry, new Occurrence.Beat(beat.progress(), quiet), now);
    entry.signOfLife(beat, now, clock.millis());
    if (before.overdue() != null) {
      guard.ended(before.overdue());
    }
    if (before.quiet() != null || rulesOf(entry).progressWindow() != null) {
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

  /** From what the agent says to a quiet time on our clock; the rules cut it to their ceiling. */
  private AgentState.Quiet asked(Waiting waiting, long now) {
    Instant wallNow = clock.instant();
    long quiet = Nanos.MAX;
    if (waiting.duration() != null) {
      quiet = Nanos.of(waiting.duration());
    } else if (waiting.until() != null) {
      quiet = Nanos.of(Duration.between(wallNow, waiting.until()));
    }
    Waiting shown = Waiting.until(waiting.reason(), Nanos.after(wallNow, quiet));
    return new AgentState.Quiet(shown, now, now, now + quiet);
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
    AgentEntry newer = fresh(entry.id, incarnation, ownRules.get(entry));
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
    return size.get() < limits.agents() ? null : new HeartbeatOutcome.RegistryFull(limits.agents());
  }

  /**
   * An entry that nobody sees yet. What comes with it is done to it before it is published, so that
   * nobody sees an agent that has been registered by a heartbeat without that heartbeat.
   */
  private AgentEntry fresh(String id, long incarnation, @Nullable HealthRules own) {
    long now = time.now();
    AgentState state =
        incarnation == 0 ? AgentState.PLAIN : Escalation.fresh(own == null ? rules : own);
    AgentEntry entry = new AgentEntry(id, incarnation, state, now);
    if (own != null) {
      ownRules.put(entry, own);
    }
    arm(entry, now);
    return entry;
  }

  /** Whether the agent is new by this entry: others may be faster, or take the last place. */
  private boolean publish(AgentEntry fresh) {
    if (size.incrementAndGet() <= limits.agents() && entries.putIfAbsent(fresh.id, fresh) == null) {
      return true;
    }
    size.decrementAndGet();
    synchronized (fresh) {
      retire(fresh);
    }
    return false;
  }

  /** Under the monitor of the older incarnation's entry: the newer takes its place. */
  private void succeed(AgentEntry older, AgentEntry newer) {
    announce(newer, older.state(), newer.state(), HealthCause.INCARNATION);
    entries.put(older.id, newer);
    retire(older);
  }

  boolean unregister(String id) {
    while (true) {
      AgentEntry entry = entries.get(requireNonNull(id, "agentId"));
      if (entry == null) {
        return false;
      }
      synchronized (entry) {
        if (!entry.isRetired()) {
          entries.remove(id);
          retire(entry);
          size.decrementAndGet();
          return true;
        }
      }
    }
  }

  /** Under the entry's monitor. */
  private void retire(AgentEntry entry) {
    Overdue silence = entry.state().overdue();
    if (silence != null) {
      guard.ended(silence);
    }
    entry.state(AgentState.RETIRED);
    ownRules.remove(entry);
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
            step(entry, new Occurrence.Failure(error, clock.millis()), time.now());
          }
          return entry.health();
        }
      }
    }
  }

  /** Under the entry's monitor: applies the rules, and says whether the status changed. */
  boolean step(AgentEntry entry, Occurrence what, long now) {
    AgentState before = entry.state();
    long lastSign = entry.lastSign();
    Escalation.Step step = Escalation.step(before, what, rulesOf(entry), lastSign, now);
    entry.state(step.state());
    if (before.isPlain() && entry.lastSign() != lastSign) {
      // A heartbeat came between the two looks at it, and may have seen nothing to clear: it
      // counts.
      entry.state(before);
      return step(entry, what, now);
    }
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
    HealthRules rulesNow = rulesOf(entry);
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
    for (AgentEntry entry : entries.values()) {
      synchronized (entry) {
        if (!entry.isRetired()) {
          wheel.schedule(entry, now, 0);
        }
      }
    }
  }

  HealthRules rules() {
    return rules;
  }

  void rules(HealthRules newRules) {
    rules = newRules;
    armAll();
  }

  HealthRules rulesOf(AgentEntry entry) {
    HealthRules own = ownRules.isEmpty() ? null : ownRules.get(entry);
    return own == null ? rules : own;
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
          boolean changed = newRules != null;
          if (newRules != null) {
            ownRules.put(entry, newRules);
          } else {
            changed = ownRules.remove(entry) != null;
          }
          wheel.schedule(entry, time.now(), 0);
          return changed;
        }
      }
    }
  }

  @Nullable AgentEntry find(String id) {
    return entries.get(id);
  }

  Collection<AgentEntry> all() {
    return entries.values();
  }

  int size() {
    return size.get();
  }
}
