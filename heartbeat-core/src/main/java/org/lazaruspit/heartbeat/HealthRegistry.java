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
  private final AgentRegistry agents;
  private final RuleOverrides rules;
  private final SilenceDetector watch;
  private final InstantSource clock;
  private final EventDispatcher announcer;
  private final HealthRegistryBuilder settings;
  private final Lifecycle lifecycle;

  HealthRegistry(HealthRegistryBuilder builder) {
    settings = builder;
    clock = builder.clock;
    RegistryClock time = new RegistryClock(builder.ticker, clock);
    announcer = new EventDispatcher(builder.listenerExecutor);
    DeadlineWheel wheel = new DeadlineWheel(time.now());
    MassSilenceGuard guard = new MassSilenceGuard();
    AgentIds ids = new AgentIds(builder.maxKeyLength);
    AgentRegistry.Limits limits =
        new AgentRegistry.Limits(
            builder.maxAgents, builder.maxMetadataBytes, ids, builder.registerUnknown);
    rules = new RuleOverrides(builder.rules);
    agents = new AgentRegistry(limits, rules, time, clock, announcer, wheel, guard);
    watch = new SilenceDetector(agents, rules, time, clock, wheel, guard);
    lifecycle = new Lifecycle(this::checkTimeouts, builder, time, announcer);
  }

  /**
   * Starts with the defaults.
   *
   * @return a new builder
   */
  public static HealthRegistryBuilder builder() {
    return new HealthRegistryBuilder();
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
    return Optional.ofNullable(agents.health(requireNonNull(agentId, "agentId")));
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
    StatusCounts census = new StatusCounts(shown);
    forEach(census::add);
    return census.result(clock.instant());
  }

  /**
   * Shows every agent without collecting them. Agents that come or go meanwhile may or may not be
   * among them.
   *
   * @param action called on this thread, without a lock; what it throws ends the walk
   */
  public void forEach(Consumer<? super AgentHealth> action) {
    agents.forEach(entry -> show(entry, action));
  }

  /**
   * Shows every agent of one status without collecting them.
   *
   * @param status the status
   * @param action called on this thread, without a lock; what it throws ends the walk
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
    return rules.common();
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
    return Optional.ofNullable(agents.rulesFor(requireNonNull(agentId, "agentId")));
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
   * @return a number that only grows; those of listeners that were removed count on
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
    lifecycle.start();
  }

  /**
   * Ends every thread that was started, and waits for a listener that is being called, but for no
   * more than some seconds. The agents stay known and can be asked for; silence is noticed by
   * {@link #checkTimeouts()} alone. Again does nothing.
   */
  @Override
  public void close() {
    lifecycle.close();
  }
}
