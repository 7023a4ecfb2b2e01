package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
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
  private static final int MAX_ERROR = 1_000;
  private final Agents agents;
  private final Watch watch;
  private final PauseGuard time;
  private final InstantSource clock;
  private final Announcer announcer;
  private final Builder settings;
  private final Object lifecycle = new Object();
  private @Nullable WatchThread thread;
  private boolean closed;

  private HealthRegistry(Builder builder) {
    settings = builder;
    clock = builder.clock;
    time = new PauseGuard(builder.ticker, clock);
    announcer = new Announcer(builder.listenerExecutor);
    DeadlineWheel wheel = new DeadlineWheel(time.now());
    MassSilenceGuard guard = new MassSilenceGuard();
    AgentIds ids = new AgentIds(builder.maxKeyLength);
    Agents.Limits limits =
        new Agents.Limits(
            builder.maxAgents, builder.maxMetadataBytes, ids, builder.registerUnknown);
    agents = new Agents(limits, builder.rules, time, clock, announcer, wheel, guard);
    watch = new Watch(agents, time, clock, wheel, guard);
    promiseChecks();
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
        "registry full: " + settings.maxAgents + " agents, so " + agentId + " is refused");
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
    HeartbeatOutcome outcome = agents.register(agentId, metadata, incarnation);
    announcer.dispatch();
    return outcome;
  }

  /**
   * Forgets an agent.
   *
   * @param agentId the agent
   * @return false when it was unknown
   */
  public boolean unregister(String agentId) {
    return agents.unregister(agentId);
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
    return agents.heartbeat(agentId, beat);
  }

  /**
   * Counts a failure that somebody saw. It is no sign of life: silence goes on counting beside it.
   *
   * @param agentId the agent
   * @param error what went wrong; the first 1,000 characters are kept
   * @return how the agent is doing now, empty when it is unknown
   */
  public Optional<AgentHealth> reportFailure(String agentId, String error) {
    return reportFailure(agentId, error, Long.MAX_VALUE);
  }

  /**
   * Counts a failure that somebody saw of one incarnation: it is not held against a newer one.
   *
   * @param agentId the agent
   * @param error what went wrong; the first 1,000 characters are kept
   * @param incarnation the incarnation that failed
   * @return how the agent is doing now, empty when it is unknown
   */
  public Optional<AgentHealth> reportFailure(String agentId, String error, long incarnation) {
    String shown = error.length() > MAX_ERROR ? error.substring(0, MAX_ERROR) : error;
    Optional<AgentHealth> health = Optional.ofNullable(agents.fail(agentId, shown, incarnation));
    announcer.dispatch();
    return health;
  }

  /**
   * How an agent is doing.
   *
   * @param agentId the agent
   * @return what is known of it, empty when it is unknown
   */
  public Optional<AgentHealth> find(String agentId) {
    AgentEntry entry = agents.find(requireNonNull(agentId, "agentId"));
    return entry == null ? Optional.empty() : Optional.of(entry.health());
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
    for (AgentEntry entry : agents.all()) {
      AgentHealth health = entry.health();
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
    for (AgentEntry entry : agents.all()) {
      action.accept(entry.health());
    }
  }

  /**
   * Shows every agent of one status without collecting them.
   *
   * @param status the status
   * @param action called on this thread, without a lock; what it throws ends the walk
   */
  public void forEach(HealthStatus status, Consumer<? super AgentHealth> action) {
    for (AgentEntry entry : agents.all()) {
      if (entry.state().status() == status) {
        action.accept(entry.health());
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
    int changes = watch.check();
    announcer.deliver();
    return changes;
  }

  /**
   * The rules of every agent that has none of its own.
   *
   * @return the rules in force
   */
  public HealthRules rules() {
    return agents.rules();
  }

  /**
   * Changes the rules of every agent that has none of its own. What was counted stays counted.
   *
   * @param newRules the rules from now on
   */
  public void rules(HealthRules newRules) {
    agents.rules(requireNonNull(newRules, "newRules"));
  }

  /**
   * The rules that hold for an agent.
   *
   * @param agentId the agent
   * @return its own rules or else the registry's, empty when it is unknown
   */
  public Optional<HealthRules> rulesFor(String agentId) {
    return Optional.ofNullable(agents.find(requireNonNull(agentId, "agentId")))
        .map(agents::rulesOf);
  }

  /**
   * Gives an agent rules of its own, until they are cleared or it is unregistered.
   *
   * @param agentId the agent
   * @param ownRules its rules from now on; their {@link HealthRules#massSilence()} means nothing
   * @return false when it is unknown
   */
  public boolean rulesFor(String agentId, HealthRules ownRules) {
    return agents.ownRules(agentId, requireNonNull(ownRules, "ownRules"));
  }

  /**
   * Has an agent follow the registry's rules again.
   *
   * @param agentId the agent
   * @return false when it is unknown or had no rules of its own
   */
  public boolean clearRulesFor(String agentId) {
    return agents.ownRules(agentId, null);
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
        requireNonNull(name, "name"),
        requireNonNull(listener, "listener"),
        settings.listenerQueue)) {
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
    return agents.size();
  }

  /**
   * Has silence noticed and listeners called without anyone asking, by daemon threads named {@code
   * heartbeat-...}. Once is enough; again does nothing.
   *
   * @throws IllegalStateException when the registry is closed
   */
  public void start() {
    synchronized (lifecycle) {
      if (closed) {
        throw new IllegalStateException("the registry is closed");
      }
      if (thread == null) {
        boolean ownThreads = settings.listenerExecutor == null;
        WatchThread started = new WatchThread(this::checkTimeouts, ownThreads);
        if (ownThreads) {
          announcer.deliverBy(started.listenerExecutor());
        }
        time.promise(WatchThread.INTERVAL);
        thread = started;
        started.start();
      }
    }
  }

  /**
   * Ends every thread that was started, and waits for a listener that is being called, but for no
   * more than some seconds. The agents stay known and can be asked for; silence is noticed by
   * {@link #checkTimeouts()} alone. Again does nothing.
   */
  @Override
  public void close() {
    WatchThread started;
    synchronized (lifecycle) {
      closed = true;
      started = thread;
      thread = null;
    }
    if (started != null) {
      promiseChecks();
      announcer.deliverBy(settings.listenerExecutor);
      started.close();
    }
  }

  private void promiseChecks() {
    if (settings.checkInterval == null) {
      time.release();
    } else {
      time.promise(settings.checkInterval);
    }
  }

  /** Collects the settings of a registry; each can be given once. Not thread-safe. */
  public static final class Builder {
    private final Given given = new Given();
    private HealthRules rules = HealthRules.DEFAULT;
    private Ticker ticker = Ticker.system();
    private InstantSource clock = InstantSource.system();
    private int maxAgents = 1_000_000;
    private int maxMetadataBytes = 16 * 1024;
    private int maxKeyLength = 200;
    private boolean registerUnknown = true;
    private int listenerQueue = 1_024;
    private @Nullable Duration checkInterval;
    private @Nullable Executor listenerExecutor;

    private Builder() {}

    private Builder(Builder other) {
      rules = other.rules;
      ticker = other.ticker;
      clock = other.clock;
      maxAgents = other.maxAgents;
      maxMetadataBytes = other.maxMetadataBytes;
      maxKeyLength = other.maxKeyLength;
      registerUnknown = other.registerUnknown;
      listenerQueue = other.listenerQueue;
      checkInterval = other.checkInterval;
      listenerExecutor = other.listenerExecutor;
    }

    /**
     * The rules of every agent that has none of its own.
     *
     * @param value default {@link HealthRules#DEFAULT}
     * @return this builder
     */
    public Builder rules(HealthRules value) {
      rules = given.once("rules", value);
      return this;
    }

    /**
     * Monotonic time, which the rules are applied to.
     *
     * @param value default {@link Ticker#system()}
     * @return this builder
     */
    public Builder ticker(Ticker value) {
      ticker = given.once("ticker", value);
      return this;
    }

    /**
     * Wall-clock time, for display and for the end of a wait.
     *
     * @param value default {@link InstantSource#system()}
     * @return this builder
     */
    public Builder clock(InstantSource value) {
      clock = given.once("clock", value);
      return this;
    }

    /**
     * The largest number of agents.
     *
     * @param value 1 or more, default 1,000,000
     * @return this builder
     */
    public Builder maxAgents(int value) {
      maxAgents = atLeast("maxAgents", given.once("maxAgents", value), 1);
      return this;
    }

    /**
     * The largest size of one agent's metadata, as compact JSON in UTF-8.
     *
     * @param value bytes, 0 or more, default 16 KiB
     * @return this builder
     */
    public Builder maxMetadataBytes(int value) {
      maxMetadataBytes = atLeast("maxMetadataBytes", given.once("maxMetadataBytes", value), 0);
      return this;
    }

    /**
     * The largest length of an agent's id.
     *
     * @param value characters, 1 or more, default 200
     * @return this builder
     */
    public Builder maxKeyLength(int value) {
      maxKeyLength = atLeast("maxKeyLength", given.once("maxKeyLength", value), 1);
      return this;
    }

    /**
     * Whether a heartbeat registers an agent that is unknown.
     *
     * @param value default true
     * @return this builder
     */
    public Builder registerUnknown(boolean value) {
      registerUnknown = given.once("registerUnknown", value);
      return this;
    }

    /**
     * How many events wait for each listener one by one, before those of the same agent are merged.
     *
     * @param value 0 or more, default 1,024
     * @return this builder
     */
    public Builder listenerQueue(int value) {
      listenerQueue = atLeast("listenerQueue", given.once("listenerQueue", value), 0);
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
      listenerExecutor = given.once("listenerExecutor", value);
      return this;
    }

    /**
     * How often a caller that drives time himself promises to call {@link
     * HealthRegistry#checkTimeouts()}. If more than four intervals, and more than a second, go by
     * without a call, this process was stopped, and the time does not count. A started registry
     * checks every 50 ms and needs no promise.
     *
     * @param value positive, default none: all time counts
     * @return this builder
     */
    public Builder checkInterval(Duration value) {
      if (value.isZero() || value.isNegative()) {
        throw new IllegalArgumentException("checkInterval: " + value + " is not positive");
      }
      checkInterval = given.once("checkInterval", value);
      return this;
    }

    /**
     * Makes the registry.
     *
     * @return a new registry, not started
     */
    public HealthRegistry build() {
      return new HealthRegistry(new Builder(this));
    }

    private static int atLeast(String name, int value, int least) {
      if (value < least) {
        throw new IllegalArgumentException(name + ": " + value + ", expected at least " + least);
      }
      return value;
    }
  }
}
