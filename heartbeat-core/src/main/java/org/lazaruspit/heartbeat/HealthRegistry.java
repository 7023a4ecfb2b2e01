package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is alive, who is silent, who is stuck.
 *
 * <p>Agents are registered, or register themselves with their first heartbeat. What is held against
 * them follows from {@link HealthRules}; every change of status is told to the listeners. All
 * methods are thread-safe, and none waits for a listener unless the listeners' executor makes it.
 * No thread is started before {@link #start()}; without it, call {@link #checkTimeouts()} to have
 * silence noticed and listeners called.
 *
 * <p>An agent's id is 1 to 200 ASCII letters, digits, dots, hyphens and underscores, the first a
 * letter, digit or underscore.
 *
 * <pre>{@code
 * try (HealthRegistry registry = HealthRegistry.create()) {
 *   registry.addListener("log", event -> System.out.println(event));
 *   registry.start();
 *   registry.heartbeat("writer-1");
 * }
 * }</pre>
 */
public final class HealthRegistry implements AutoCloseable {
  private final ConcurrentHashMap<String, AgentEntry> agents = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<AgentEntry, HealthRules> rulesOfAgents =
      new ConcurrentHashMap<>();
  private final AtomicInteger size = new AtomicInteger();
  private final Ticker ticker;
  private final InstantSource clock;
  private final int maxAgents;
  private final int maxMetadataBytes;
  private final AgentIds ids;
  private final boolean registerUnknown;
  private final int listenerQueue;
  private final Announcer announcer;
  private volatile HealthRules rules;
  private volatile boolean closed;
  private @Nullable Thread thread;

  private HealthRegistry(Builder builder) {
    rules = builder.rules;
    ticker = builder.ticker;
    clock = builder.clock;
    maxAgents = builder.maxAgents;
    maxMetadataBytes = builder.maxMetadataBytes;
    ids = new AgentIds(builder.maxKeyLength);
    registerUnknown = builder.registerUnknown;
    listenerQueue = builder.listenerQueue;
    announcer = new Announcer(builder.listenerExecutor);
  }

  /**
   * Starts with the defaults.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * A registry with the defaults.
   *
   * @return a new registry, not started
   */
  public static HealthRegistry create() {
    return builder().build();
  }

  /**
   * Registers an agent without metadata or incarnation.
   *
   * @param agentId the agent
   * @return true when it was unknown
   * @throws IllegalArgumentException when the id is none
   * @throws IllegalStateException when the registry is full, or the agent is known in a newer
   *     incarnation
   */
  public boolean register(String agentId) {
    return register(agentId, Map.of(), 0);
  }

  /**
   * Registers an agent as {@link #tryRegister} does, and throws where that refuses.
   *
   * @param agentId the agent
   * @param metadata JSON-like values to merge into what is known; null deletes a key
   * @param incarnation its incarnation, 0 when none is known
   * @return true when it was unknown
   * @throws IllegalArgumentException when the id is none, the metadata is refused or the
   *     incarnation negative
   * @throws IllegalStateException when the registry is full, or the agent is known in a newer
   *     incarnation
   */
  public boolean register(
      String agentId, Map<String, ? extends @Nullable Object> metadata, long incarnation) {
    HeartbeatOutcome outcome = tryRegister(agentId, metadata, incarnation);
    if (outcome instanceof HeartbeatOutcome.Accepted accepted) {
      return accepted.registered();
    } else if (outcome instanceof HeartbeatOutcome.BadId bad) {
      throw new IllegalArgumentException(bad.reason());
    } else if (outcome instanceof HeartbeatOutcome.MetadataRefused refused) {
      throw new IllegalArgumentException(refused.reason());
    } else if (outcome instanceof HeartbeatOutcome.StaleIncarnation stale) {
      throw new IllegalStateException(
          "incarnation: "
              + incarnation
              + " of agent "
              + agentId
              + " is older than "
              + stale.current());
    }
    throw new IllegalStateException(
        "registry full: " + maxAgents + " agents, so " + agentId + " is refused");
  }

  /**
   * Registers an agent: it is healthy, and its clock starts now. A known one keeps its clock and
   * its status and gets the metadata, unless the incarnation is newer: that takes over with a clean
   * slate. Registering is no sign of life of a known agent.
   *
   * @param agentId the agent
   * @param metadata JSON-like values to merge into what is known; null deletes a key
   * @param incarnation its incarnation, 0 when none is known
   * @return what became of it; where the metadata is refused, nothing else is done either
   * @throws IllegalArgumentException when the incarnation is negative
   */
  public HeartbeatOutcome tryRegister(
      String agentId, Map<String, ? extends @Nullable Object> metadata, long incarnation) {
    if (incarnation < 0) {
      throw new IllegalArgumentException("incarnation: " + incarnation + " is negative");
    }
    try {
      while (true) {
        AgentEntry entry = agents.get(requireNonNull(agentId, "agentId"));
        boolean isNew = entry == null;
        if (entry == null) {
          Metadata.merge(Map.of(), metadata, maxMetadataBytes);
          HeartbeatOutcome refusal = refusal(agentId);
          if (refusal != null) {
            return refusal;
          }
          entry = add(agentId, incarnation);
        }
        if (entry != null) {
          HeartbeatOutcome outcome = registerAgain(entry, metadata, incarnation, isNew);
          if (outcome != null) {
            announcer.dispatch();
            return outcome;
          }
        }
      }
    } catch (Metadata.Refused e) {
      return new HeartbeatOutcome.MetadataRefused(false, String.valueOf(e.getMessage()));
    }
  }

  private @Nullable HeartbeatOutcome registerAgain(
      AgentEntry entry,
      Map<String, ? extends @Nullable Object> metadata,
      long incarnation,
      boolean isNew)
      throws Metadata.Refused {
    synchronized (entry) {
      if (entry.removed) {
        return null;
      }
      if (incarnation < entry.incarnation) {
        return new HeartbeatOutcome.StaleIncarnation(entry.incarnation);
      }
      boolean takeover = incarnation > entry.incarnation;
      Map<String, Object> merged =
          Metadata.merge(takeover ? Map.of() : entry.metadata, metadata, maxMetadataBytes);
      if (takeover) {
        takeover(entry, incarnation, now());
      }
      entry.metadata = merged;
    }
    return isNew ? HeartbeatOutcome.Accepted.NEW : HeartbeatOutcome.Accepted.KNOWN;
  }

  /**
   * Forgets an agent.
   *
   * @param agentId the agent
   * @return false when it was unknown
   */
  public boolean unregister(String agentId) {
    AgentEntry entry = agents.remove(requireNonNull(agentId, "agentId"));
    if (entry == null) {
      return false;
    }
    synchronized (entry) {
      entry.removed = true;
      rulesOfAgents.remove(entry);
    }
    size.decrementAndGet();
    return true;
  }

  /**
   * Takes a heartbeat that says "I am alive" and nothing else.
   *
   * @param agentId the agent
   * @return what became of it
   */
  public HeartbeatOutcome heartbeat(String agentId) {
    return heartbeat(agentId, Heartbeat.EMPTY);
  }

  /**
   * Takes a heartbeat. An unknown agent is registered by it, unless the registry is told not to or
   * is full.
   *
   * @param agentId the agent
   * @param beat what it says
   * @return what became of it
   */
  public HeartbeatOutcome heartbeat(String agentId, Heartbeat beat) {
    AgentEntry entry = agents.get(agentId);
    if (entry != null
        && beat.plain()
        && Math.max(0, beat.incarnation()) == entry.incarnation
        && entry.isPlain()) {
      signOfLife(entry, beat, now());
      if (entry.isPlain()) {
        return HeartbeatOutcome.Accepted.KNOWN;
      }
    }
    return fullHeartbeat(agentId, beat);
  }

  private HeartbeatOutcome fullHeartbeat(String agentId, Heartbeat beat) {
    while (true) {
      AgentEntry entry = agents.get(agentId);
      boolean isNew = entry == null;
      if (entry == null) {
        HeartbeatOutcome refusal =
            registerUnknown || !ids.isValid(agentId)
                ? refusal(agentId)
                : new HeartbeatOutcome.UnknownAgent(agentId);
        if (refusal != null) {
          return refusal;
        }
        entry = add(agentId, Math.max(0, beat.incarnation()));
      }
      if (entry != null) {
        HeartbeatOutcome outcome = heartbeat(entry, beat, isNew);
        if (outcome != null) {
          announcer.dispatch();
          return outcome;
        }
      }
    }
  }

  private @Nullable HeartbeatOutcome heartbeat(AgentEntry entry, Heartbeat beat, boolean isNew) {
    synchronized (entry) {
      if (entry.removed) {
        return null;
      }
      long incarnation = Math.max(0, beat.incarnation());
      if (incarnation < entry.incarnation) {
        return new HeartbeatOutcome.StaleIncarnation(entry.incarnation);
      }
      long now = now();
      if (incarnation > entry.incarnation) {
        takeover(entry, incarnation, now);
      }
      AgentState.Quiet wait = beat.waiting() == null ? null : asked(beat.waiting(), now);
      step(entry, new Occurrence.Beat(beat.progress(), wait), now);
      signOfLife(entry, beat, now);
      try {
        entry.metadata = Metadata.merge(entry.metadata, beat.metadata(), maxMetadataBytes);
        return isNew ? HeartbeatOutcome.Accepted.NEW : HeartbeatOutcome.Accepted.KNOWN;
      } catch (Metadata.Refused e) {
        return new HeartbeatOutcome.MetadataRefused(isNew, String.valueOf(e.getMessage()));
      }
    }
  }

  private void signOfLife(AgentEntry entry, Heartbeat beat, long now) {
    entry.beatMillis = clock.millis();
    Duration responseTime = beat.responseTime();
    if (responseTime != null) {
      entry.responseNanos = Nanos.of(responseTime);
    }
    entry.signOfLife(now);
  }

  /** From what the agent says to a quiet time on our clock; its end is cut to the ceiling later. */
  private AgentState.Quiet asked(Waiting waiting, long now) {
    Duration quiet = Duration.ofNanos(Nanos.MAX);
    if (waiting.duration() != null) {
      quiet = waiting.duration();
    } else if (waiting.until() != null) {
      quiet = Duration.between(clock.instant(), waiting.until());
    }
    return new AgentState.Quiet(waiting, now, now, now + Math.max(0, Nanos.of(quiet)));
  }

  private void takeover(AgentEntry entry, long incarnation, long now) {
    entry.incarnation = incarnation;
    entry.metadata = Map.of();
    entry.beatMillis = AgentEntry.NEVER;
    entry.responseNanos = AgentEntry.NEVER;
    step(entry, Occurrence.Takeover.INSTANCE, now);
    entry.restart(now);
  }

  /**
   * Counts a failure that somebody saw. It is no sign of life: silence goes on counting beside it.
   *
   * @param agentId the agent
   * @param error what went wrong, up to 1,000 characters are kept
   * @return how the agent is doing now, empty when it is unknown
   */
  public Optional<AgentHealth> reportFailure(String agentId, String error) {
    AgentEntry entry = agents.get(requireNonNull(agentId, "agentId"));
    if (entry == null) {
      return Optional.empty();
    }
    String shown = error.length() > 1_000 ? error.substring(0, 1_000) : error;
    AgentHealth health;
    synchronized (entry) {
      step(entry, new Occurrence.Failure(shown, clock.millis()), now());
      health = health(entry);
    }
    announcer.dispatch();
    return Optional.of(health);
  }

  /**
   * Under the entry's monitor: applies the rules, and notes the change of status if there is one.
   */
  private boolean step(AgentEntry entry, Occurrence what, long now) {
    AgentState before = entry.state;
    Escalation.Step step = Escalation.step(before, what, rulesOf(entry), entry.lastSign(), now);
    AgentState after = step.state();
    entry.state = after;
    if (after.status() == before.status()) {
      return false;
    }
    announcer.note(
        new HealthEvent(
            entry.id,
            before.status(),
            after.status(),
            step.cause(),
            clock.instant(),
            entry.incarnation,
            after.error()));
    return true;
  }

  private HealthRules rulesOf(AgentEntry entry) {
    HealthRules own = rulesOfAgents.isEmpty() ? null : rulesOfAgents.get(entry);
    return own == null ? rules : own;
  }

  /**
   * How an agent is doing.
   *
   * @param agentId the agent
   * @return what is known of it, empty when it is unknown
   */
  public Optional<AgentHealth> find(String agentId) {
    AgentEntry entry = agents.get(requireNonNull(agentId, "agentId"));
    if (entry == null) {
      return Optional.empty();
    }
    synchronized (entry) {
      return Optional.of(health(entry));
    }
  }

  private AgentHealth health(AgentEntry entry) {
    AgentState state = entry.state;
    long beat = entry.beatMillis;
    Instant lastHeartbeat = beat == AgentEntry.NEVER ? null : Instant.ofEpochMilli(beat);
    Instant lastFailure = state.failedAt() == 0 ? null : Instant.ofEpochMilli(state.failedAt());
    Instant lastResponse =
        lastHeartbeat == null || (lastFailure != null && lastFailure.isAfter(lastHeartbeat))
            ? lastFailure
            : lastHeartbeat;
    long response = entry.responseNanos;
    return new AgentHealth(
        entry.id,
        state.status(),
        lastHeartbeat,
        lastResponse,
        state.failures(),
        response == AgentEntry.NEVER ? null : Duration.ofNanos(response),
        state.error(),
        entry.metadata,
        entry.incarnation,
        state.progress() == null ? null : state.progress().value(),
        state.quiet() == null ? null : state.quiet().shown(),
        state.hold());
  }

  /**
   * All agents and their number by status.
   *
   * @return a copy that does not change any more
   */
  public FleetHealth snapshot() {
    return snapshot(EnumSet.allOf(HealthStatus.class));
  }

  /**
   * The agents of one status, and the number of all by status.
   *
   * @param status the status
   * @return a copy that does not change any more
   */
  public FleetHealth snapshot(HealthStatus status) {
    return snapshot(EnumSet.of(status));
  }

  private FleetHealth snapshot(Set<HealthStatus> shown) {
    Map<String, AgentHealth> seen = new LinkedHashMap<>();
    EnumMap<HealthStatus, Integer> counts = new EnumMap<>(HealthStatus.class);
    for (AgentEntry entry : agents.values()) {
      AgentHealth health;
      synchronized (entry) {
        health = health(entry);
      }
      counts.merge(health.status(), 1, Integer::sum);
      if (shown.contains(health.status())) {
        seen.put(health.agentId(), health);
      }
    }
    int healthy = counts.getOrDefault(HealthStatus.HEALTHY, 0);
    int degraded = counts.getOrDefault(HealthStatus.DEGRADED, 0);
    int unhealthy = counts.getOrDefault(HealthStatus.UNHEALTHY, 0);
    int total = healthy + degraded + unhealthy;
    return new FleetHealth(clock.instant(), total, healthy, degraded, unhealthy, seen);
  }

  /**
   * Shows every agent without collecting them. Agents that come or go meanwhile may or may not be
   * among them.
   *
   * @param action called on this thread, without a lock; what it throws ends the walk
   */
  public void forEach(Consumer<? super AgentHealth> action) {
    for (AgentEntry entry : agents.values()) {
      AgentHealth health;
      synchronized (entry) {
        health = health(entry);
      }
      action.accept(health);
    }
  }

  /**
   * Shows every agent of one status without collecting them.
   *
   * @param status the status
   * @param action called on this thread, without a lock; what it throws ends the walk
   */
  public void forEach(HealthStatus status, Consumer<? super AgentHealth> action) {
    for (AgentEntry entry : agents.values()) {
      if (entry.state.status() == status) {
        AgentHealth health;
        synchronized (entry) {
          health = health(entry);
        }
        action.accept(health);
      }
    }
  }

  /**
   * Applies the rules to the time that has passed. For callers that drive time themselves; {@link
   * #start()} makes it unnecessary. Without a listeners' executor and before the start, it also
   * calls the listeners.
   *
   * @return how many agents' status changed
   */
  public int checkTimeouts() {
    int changes = 0;
    for (AgentEntry entry : agents.values()) {
      synchronized (entry) {
        if (!entry.removed && step(entry, Occurrence.TimePassed.INSTANCE, now())) {
          changes++;
        }
      }
    }
    announcer.dispatch();
    announcer.deliver();
    return changes;
  }

  /**
   * The rules of every agent that has none of its own.
   *
   * @return the rules in force
   */
  public HealthRules rules() {
    return rules;
  }

  /**
   * Changes the rules of every agent that has none of its own. What was counted stays counted.
   *
   * @param newRules the rules from now on
   */
  public void rules(HealthRules newRules) {
    rules = requireNonNull(newRules, "newRules");
  }

  /**
   * The rules that hold for an agent.
   *
   * @param agentId the agent
   * @return its own rules or else the registry's, empty when it is unknown
   */
  public Optional<HealthRules> rulesFor(String agentId) {
    return Optional.ofNullable(agents.get(requireNonNull(agentId, "agentId"))).map(this::rulesOf);
  }

  /**
   * Gives an agent rules of its own, until they are cleared or it is unregistered.
   *
   * @param agentId the agent
   * @param ownRules its rules from now on; their {@link HealthRules#massSilence()} means nothing
   * @return false when it is unknown
   */
  public boolean rulesFor(String agentId, HealthRules ownRules) {
    requireNonNull(ownRules, "ownRules");
    AgentEntry entry = agents.get(requireNonNull(agentId, "agentId"));
    if (entry == null) {
      return false;
    }
    synchronized (entry) {
      if (!entry.removed) {
        rulesOfAgents.put(entry, ownRules);
      }
      return !entry.removed;
    }
  }

  /**
   * Has an agent follow the registry's rules again.
   *
   * @param agentId the agent
   * @return false when it is unknown or had no rules of its own
   */
  public boolean clearRulesFor(String agentId) {
    AgentEntry entry = agents.get(requireNonNull(agentId, "agentId"));
    return entry != null && rulesOfAgents.remove(entry) != null;
  }

  /**
   * Adds a listener that is told of every change of status from now on.
   *
   * @param name a name for the log and for {@link #removeListener}
   * @param listener what to call
   * @throws IllegalArgumentException when there is a listener of that name
   */
  public void addListener(String name, HealthListener listener) {
    if (!announcer.add(
        requireNonNull(name, "name"), requireNonNull(listener, "listener"), listenerQueue)) {
      throw new IllegalArgumentException("listener: there is one named " + name + " already");
    }
  }

  /**
   * Removes a listener; a call that has begun may still be running when this returns.
   *
   * @param name the name that it was added with
   * @return false when there was none of that name
   */
  public boolean removeListener(String name) {
    return announcer.remove(requireNonNull(name, "name"));
  }

  /**
   * How many events were merged into later ones of the same agent since their listener was too
   * slow.
   *
   * @return a number that only grows, as long as no listener is removed
   */
  public long mergedEvents() {
    return announcer.merged();
  }

  /**
   * The number of agents.
   *
   * @return how many are registered
   */
  public int size() {
    return size.get();
  }

  /**
   * Has silence noticed and listeners called without anyone asking, by daemon threads named {@code
   * heartbeat-...}. Once is enough; again does nothing.
   *
   * @throws IllegalStateException when the registry is closed
   */
  public synchronized void start() {
    if (closed) {
      throw new IllegalStateException("the registry is closed");
    }
    if (thread == null) {
      Thread started = new Thread(this::run, "heartbeat-timekeeper");
      started.setDaemon(true);
      thread = started;
      started.start();
    }
  }

  private void run() {
    while (!closed) {
      checkTimeouts();
      LockSupport.parkNanos(50_000_000);
    }
  }

  /**
   * Ends every thread that was started. The agents stay known and can be asked for. Again does
   * nothing.
   */
  @Override
  public void close() {
    closed = true;
  }

  private long now() {
    return ticker.nanos();
  }

  /** Why an unknown agent cannot be registered, or null when it can. */
  private @Nullable HeartbeatOutcome refusal(String agentId) {
    if (!ids.isValid(agentId)) {
      return new HeartbeatOutcome.BadId(ids.expected(agentId));
    }
    return size.get() >= maxAgents ? new HeartbeatOutcome.RegistryFull(maxAgents) : null;
  }

  /** A new entry, or null when somebody else was faster or took the last place. */
  private @Nullable AgentEntry add(String agentId, long incarnation) {
    if (size.incrementAndGet() > maxAgents) {
      size.decrementAndGet();
      return null;
    }
    AgentEntry entry = new AgentEntry(agentId, incarnation, now());
    if (agents.putIfAbsent(agentId, entry) == null) {
      return entry;
    }
    size.decrementAndGet();
    return null;
  }

  /** Collects the settings of a registry. Not thread-safe. */
  public static final class Builder {
    private HealthRules rules = HealthRules.DEFAULT;
    private Ticker ticker = Ticker.system();
    private InstantSource clock = InstantSource.system();
    private int maxAgents = 1_000_000;
    private int maxMetadataBytes = 16 * 1024;
    private int maxKeyLength = 200;
    private boolean registerUnknown = true;
    private int listenerQueue = 1_024;
    private @Nullable Executor listenerExecutor;

    private Builder() {}

    /**
     * The rules of every agent that has none of its own.
     *
     * @param value default {@link HealthRules#DEFAULT}
     * @return this builder
     */
    public Builder rules(HealthRules value) {
      rules = requireNonNull(value, "rules");
      return this;
    }

    /**
     * Monotonic time, which the rules are applied to.
     *
     * @param value default {@link Ticker#system()}
     * @return this builder
     */
    public Builder ticker(Ticker value) {
      ticker = requireNonNull(value, "ticker");
      return this;
    }

    /**
     * Wall-clock time, for display and for the end of a wait.
     *
     * @param value default {@link InstantSource#system()}
     * @return this builder
     */
    public Builder clock(InstantSource value) {
      clock = requireNonNull(value, "clock");
      return this;
    }

    /**
     * The largest number of agents.
     *
     * @param value 1 or more, default 1,000,000
     * @return this builder
     */
    public Builder maxAgents(int value) {
      maxAgents = atLeast("maxAgents", value, 1);
      return this;
    }

    /**
     * The largest size of one agent's metadata, as compact JSON in UTF-8.
     *
     * @param value bytes, 0 or more, default 16 KiB
     * @return this builder
     */
    public Builder maxMetadataBytes(int value) {
      maxMetadataBytes = atLeast("maxMetadataBytes", value, 0);
      return this;
    }

    /**
     * The largest length of an agent's id.
     *
     * @param value characters, 1 or more, default 200
     * @return this builder
     */
    public Builder maxKeyLength(int value) {
      maxKeyLength = atLeast("maxKeyLength", value, 1);
      return this;
    }

    /**
     * Whether a heartbeat registers an agent that is unknown.
     *
     * @param value default true
     * @return this builder
     */
    public Builder registerUnknown(boolean value) {
      registerUnknown = value;
      return this;
    }

    /**
     * How many events wait for each listener one by one, before those of the same agent are merged.
     *
     * @param value 0 or more, default 1,024
     * @return this builder
     */
    public Builder listenerQueue(int value) {
      listenerQueue = atLeast("listenerQueue", value, 0);
      return this;
    }

    /**
     * Where listeners are called. It is handed one task a listener at most at a time, never under a
     * lock.
     *
     * @param value default: threads of the registry's own, at most one a listener, once it is
     *     started, and the thread that calls {@link HealthRegistry#checkTimeouts()} as long as it
     *     is not
     * @return this builder
     */
    public Builder listenerExecutor(Executor value) {
      listenerExecutor = requireNonNull(value, "listenerExecutor");
      return this;
    }

    /**
     * Makes the registry.
     *
     * @return a new registry, not started
     */
    public HealthRegistry build() {
      return new HealthRegistry(this);
    }

    private static int atLeast(String name, int value, int least) {
      if (value < least) {
        throw new IllegalArgumentException(name + ": " + value + ", expected at least " + least);
      }
      return value;
    }
  }
}
