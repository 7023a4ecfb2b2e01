package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Registry of agents' health: heartbeats, silence, failures and standstill.
 *
 * <p>An agent is registered explicitly or by its first heartbeat. {@link HealthRules} determine its
 * status; listeners receive every change of status. All methods are thread-safe, and no method
 * waits for a listener unless the listeners' executor runs it on the calling thread. Threads start
 * with {@link #start()}; without it, call {@link #checkTimeouts()} to detect silence and to call
 * listeners.
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
  private final AgentRegistry agents;
  private final RuleOverrides rules;
  private final SilenceDetector detector;
  private final InstantSource clock;
  private final EventDispatcher dispatcher;
  private final HealthRegistryBuilder settings;
  private final Lifecycle lifecycle;

  HealthRegistry(HealthRegistryBuilder builder) {
    settings = builder;
    clock = builder.clock;
    RegistryClock time = new RegistryClock(builder.ticker, clock);
    dispatcher = new EventDispatcher(builder.listenerExecutor);
    DeadlineWheel wheel = new DeadlineWheel(time.now());
    MassSilenceGuard guard = new MassSilenceGuard();
    AgentIds ids = new AgentIds(builder.maxKeyLength);
    AgentRegistry.Limits limits =
        new AgentRegistry.Limits(
            builder.maxAgents, builder.maxMetadataBytes, ids, builder.registerUnknown);
    rules = new RuleOverrides(builder.rules);
    agents = new AgentRegistry(limits, rules, time, clock, dispatcher, wheel, guard);
    detector = new SilenceDetector(agents, rules, time, clock, wheel, guard);
    lifecycle = new Lifecycle(this::checkTimeouts, builder, time, dispatcher);
  }

  /**
   * Returns a builder with the defaults.
   *
   * @return a new builder
   */
  public static HealthRegistryBuilder builder() {
    return new HealthRegistryBuilder();
  }

  /**
   * Creates a registry with the defaults.
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
   * @return true if the agent was unknown
   * @throws IllegalArgumentException if the id is invalid
   * @throws IllegalStateException if the registry is full, or a newer incarnation of the agent is
   *     known
   */
  public boolean register(String agentId) {
    return register(agentId, Map.of(), 0);
  }

  /**
   * Registers an agent like {@link #tryRegister}, and throws if that refuses.
   *
   * @param agentId the agent
   * @param metadata JSON-like values to merge into the agent's metadata; null deletes a key
   * @param incarnation the agent's incarnation, up to {@link Incarnation#MAX}, 0 if unknown
   * @return true if the agent was unknown
   * @throws IllegalArgumentException if the id is invalid, the metadata is refused or the
   *     incarnation is outside of the range
   * @throws IllegalStateException if the registry is full, or a newer incarnation of the agent is
   *     known
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
   * Registers an agent as healthy and starts its time-out. A known agent keeps its time-out and its
   * status and gets the metadata; a newer incarnation takes over with cleared failures. A
   * registration is no sign of life of a known agent.
   *
   * @param agentId the agent
   * @param metadata JSON-like values to merge into the agent's metadata; null deletes a key
   * @param incarnation the agent's incarnation, up to {@link Incarnation#MAX}, 0 if unknown
   * @return the outcome; refused metadata refuses the whole registration
   * @throws IllegalArgumentException if the incarnation is outside of the range
   */
  public HeartbeatOutcome tryRegister(
      String agentId, Map<String, ? extends @Nullable Object> metadata, long incarnation) {
    HeartbeatOutcome outcome = agents.register(agentId, metadata, Incarnation.require(incarnation));
    dispatcher.dispatch();
    return outcome;
  }

  /**
   * Removes an agent.
   *
   * @param agentId the agent
   * @return false if the agent was unknown
   */
  public boolean unregister(String agentId) {
    return agents.unregister(agentId);
  }

  /**
   * Accepts a heartbeat without further data.
   *
   * @param agentId the agent
   * @return the outcome
   */
  public HeartbeatOutcome heartbeat(String agentId) {
    return heartbeat(agentId, Heartbeat.EMPTY);
  }

  /**
   * Accepts a heartbeat. It registers an unknown agent, unless {@link
   * HealthRegistryBuilder#registerUnknown} is off or the registry is full.
   *
   * @param agentId the agent
   * @param beat the data of the heartbeat
   * @return the outcome
   */
  public HeartbeatOutcome heartbeat(String agentId, Heartbeat beat) {
    return agents.heartbeat(agentId, beat);
  }

  /**
   * Counts a reported failure. The report is no sign of life: silence continues to count.
   *
   * @param agentId the agent
   * @param error the reason; the first 1,000 characters are kept
   * @return the agent's health after the report, empty if the agent is unknown
   */
  public Optional<AgentHealth> reportFailure(String agentId, String error) {
    return reportFailure(agentId, error, Incarnation.MAX);
  }

  /**
   * Counts a reported failure of one incarnation; ignored if the agent has a newer incarnation.
   *
   * @param agentId the agent
   * @param error the reason; the first 1,000 characters are kept
   * @param incarnation the incarnation that failed, 0 to {@link Incarnation#MAX}
   * @return the agent's health after the report, empty if the agent is unknown
   * @throws IllegalArgumentException if the incarnation is outside of the range
   */
  public Optional<AgentHealth> reportFailure(String agentId, String error, long incarnation) {
    String shown = error.length() > MAX_ERROR ? error.substring(0, MAX_ERROR) : error;
    Optional<AgentHealth> health =
        Optional.ofNullable(agents.fail(agentId, shown, Incarnation.require(incarnation)));
    dispatcher.dispatch();
    return health;
  }

  /**
   * Returns an agent's health.
   *
   * @param agentId the agent
   * @return the agent's health, empty if the agent is unknown
   */
  public Optional<AgentHealth> find(String agentId) {
    return Optional.ofNullable(agents.health(requireNonNull(agentId, "agentId")));
  }

  /**
   * Returns all agents and their number by status.
   *
   * @return an immutable copy
   */
  public FleetHealth snapshot() {
    return snapshot(EnumSet.allOf(HealthStatus.class));
  }

  /**
   * Returns the agents of one status, and the number of all agents by status.
   *
   * @param status the status
   * @return an immutable copy
   */
  public FleetHealth snapshot(HealthStatus status) {
    return snapshot(EnumSet.of(status));
  }

  private FleetHealth snapshot(Set<HealthStatus> shown) {
    StatusCounts counts = new StatusCounts(shown);
    forEach(counts::add);
    return counts.result(clock.instant());
  }

  /**
   * Calls the action with every agent, without a copy of all. Agents added or removed meanwhile may
   * or may not be included.
   *
   * @param action called on this thread, without a lock; an exception ends the iteration
   */
  public void forEach(Consumer<? super AgentHealth> action) {
    agents.forEach(entry -> show(entry, action));
  }

  /**
   * Calls the action with every agent of one status, without a copy of all.
   *
   * @param status the status
   * @param action called on this thread, without a lock; an exception ends the iteration
   */
  public void forEach(HealthStatus status, Consumer<? super AgentHealth> action) {
    agents.forEach(
        entry -> {
          if (entry.state().status() == status) {
            show(
                entry,
                health -> {
                  if (health.status() == status) {
                    action.accept(health);
                  }
                });
          }
        });
  }

  private void show(AgentEntry entry, Consumer<? super AgentHealth> action) {
    AgentHealth health = agents.health(entry);
    if (health != null) {
      action.accept(health);
    }
  }

  /**
   * Applies the rules to the elapsed time. For callers that drive time themselves; unnecessary
   * after {@link #start()}. Without a listeners' executor and before the start, it also calls the
   * listeners.
   *
   * @return the number of agents with a changed status
   */
  public int checkTimeouts() {
    int changes = detector.check();
    dispatcher.deliver();
    return changes;
  }

  /**
   * Returns the rules of every agent without own rules.
   *
   * @return the rules in force
   */
  public HealthRules rules() {
    return rules.common();
  }

  /**
   * Changes the rules of every agent without own rules. Counted failures stay counted.
   *
   * @param newRules the new rules
   */
  public void rules(HealthRules newRules) {
    agents.rules(requireNonNull(newRules, "newRules"));
  }

  /**
   * Returns the rules in force for an agent.
   *
   * @param agentId the agent
   * @return the agent's own rules or else the registry's, empty if the agent is unknown
   */
  public Optional<HealthRules> rulesFor(String agentId) {
    return Optional.ofNullable(agents.rulesFor(requireNonNull(agentId, "agentId")));
  }

  /**
   * Sets own rules for an agent, until they are cleared or the agent is unregistered.
   *
   * @param agentId the agent
   * @param ownRules the agent's rules; their {@link HealthRules#massSilence()} is ignored
   * @return false when it is unknown
   */
  public boolean rulesFor(String agentId, HealthRules ownRules) {
    return agents.ownRules(agentId, requireNonNull(ownRules, "ownRules"));
  }

  /**
   * Removes the own rules of an agent; the registry's rules apply again.
   *
   * @param agentId the agent
   * @return false if the agent is unknown or had no own rules
   */
  public boolean clearRulesFor(String agentId) {
    return agents.ownRules(agentId, null);
  }

  /**
   * Adds a listener for every later change of status.
   *
   * @param name a name for the log and for {@link #removeListener}
   * @param listener the listener
   * @throws IllegalArgumentException if a listener of that name exists
   */
  public void addListener(String name, HealthListener listener) {
    if (!dispatcher.add(
        requireNonNull(name, "name"),
        requireNonNull(listener, "listener"),
        settings.listenerQueue)) {
      throw new IllegalArgumentException("listener: the name " + name + " is taken");
    }
  }

  /**
   * Removes a listener; a running call may continue after the return.
   *
   * @param name the listener's name
   * @return false if no listener has that name
   */
  public boolean removeListener(String name) {
    return dispatcher.remove(requireNonNull(name, "name"));
  }

  /**
   * Returns the number of events merged into later events of the same agent for slow listeners.
   *
   * @return a number that never decreases; events of removed listeners count
   */
  public long mergedEvents() {
    return dispatcher.merged();
  }

  /**
   * Returns the number of agents.
   *
   * @return the number of registered agents
   */
  public int size() {
    return agents.size();
  }

  /**
   * Starts daemon threads named {@code heartbeat-...} that detect silence and call listeners. A
   * second call does nothing.
   *
   * @throws IllegalStateException if the registry is closed
   */
  public void start() {
    lifecycle.start();
  }

  /**
   * Stops the threads and waits up to 10 seconds for running listener calls. The agents stay
   * registered and readable; from then on only {@link #checkTimeouts()} detects silence. A second
   * call does nothing.
   */
  @Override
  public void close() {
    lifecycle.close();
  }
}
