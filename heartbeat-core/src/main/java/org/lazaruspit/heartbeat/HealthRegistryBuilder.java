package org.lazaruspit.heartbeat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Builder of a {@link HealthRegistry}; each setting can be given once. Not thread-safe. */
public final class HealthRegistryBuilder {
  private final SetOnce settings = new SetOnce();
  HealthRules rules = HealthRules.DEFAULT;
  Ticker ticker = Ticker.system();
  InstantSource clock = InstantSource.system();
  int maxAgents = 1_000_000;
  int maxMetadataBytes = 16 * 1024;
  int maxKeyLength = 200;
  boolean registerUnknown = true;
  int listenerQueue = 1_024;
  @Nullable Duration checkInterval;
  @Nullable Executor listenerExecutor;

  HealthRegistryBuilder() {}

  private HealthRegistryBuilder(HealthRegistryBuilder other) {
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
   * Sets the rules of every agent without own rules.
   *
   * @param value default {@link HealthRules#DEFAULT}
   * @return this builder
   */
  public HealthRegistryBuilder rules(HealthRules value) {
    rules = settings.once("rules", value);
    return this;
  }

  /**
   * Sets the monotonic clock of the rules.
   *
   * @param value default {@link Ticker#system()}
   * @return this builder
   */
  public HealthRegistryBuilder ticker(Ticker value) {
    ticker = settings.once("ticker", value);
    return this;
  }

  /**
   * Sets the wall clock, for display and for the end of a wait.
   *
   * @param value default {@link InstantSource#system()}
   * @return this builder
   */
  public HealthRegistryBuilder clock(InstantSource value) {
    clock = settings.once("clock", value);
    return this;
  }

  /**
   * Sets the maximum number of agents.
   *
   * @param value 1 or more, default 1,000,000
   * @return this builder
   */
  public HealthRegistryBuilder maxAgents(int value) {
    maxAgents = atLeast("maxAgents", settings.once("maxAgents", value), 1);
    return this;
  }

  /**
   * Sets the maximum size of one agent's metadata, as compact JSON in UTF-8.
   *
   * @param value bytes, 0 or more, default 16 KiB
   * @return this builder
   */
  public HealthRegistryBuilder maxMetadataBytes(int value) {
    maxMetadataBytes = atLeast("maxMetadataBytes", settings.once("maxMetadataBytes", value), 0);
    return this;
  }

  /**
   * Sets the maximum length of an agent's id.
   *
   * @param value characters, 1 or more, default 200
   * @return this builder
   */
  public HealthRegistryBuilder maxKeyLength(int value) {
    maxKeyLength = atLeast("maxKeyLength", settings.once("maxKeyLength", value), 1);
    return this;
  }

  /**
   * Sets whether a heartbeat registers an unknown agent.
   *
   * @param value default true
   * @return this builder
   */
  public HealthRegistryBuilder registerUnknown(boolean value) {
    registerUnknown = settings.once("registerUnknown", value);
    return this;
  }

  /**
   * Sets the number of separate events in each listener's queue; further events are merged by
   * agent.
   *
   * @param value 0 or more, default 1,024
   * @return this builder
   */
  public HealthRegistryBuilder listenerQueue(int value) {
    listenerQueue = atLeast("listenerQueue", settings.once("listenerQueue", value), 0);
    return this;
  }

  /**
   * Sets the executor that calls listeners. It gets at most one task per listener at a time, never
   * under a lock.
   *
   * @param value default: own threads of a started registry, at most one per listener; before the
   *     start, the thread that calls {@link HealthRegistry#checkTimeouts()}
   * @return this builder
   */
  public HealthRegistryBuilder listenerExecutor(Executor value) {
    listenerExecutor = settings.once("listenerExecutor", value);
    return this;
  }

  /**
   * Sets the interval at which a caller that drives time itself promises to call {@link
   * HealthRegistry#checkTimeouts()}. A gap of more than four intervals and more than a second
   * counts as a pause of this process, and its time does not count. A started registry checks every
   * 50 ms and needs no promise.
   *
   * @param value positive, default: no promise, all time counts
   * @return this builder
   */
  public HealthRegistryBuilder checkInterval(Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException("checkInterval: " + value + " is not positive");
    }
    checkInterval = settings.once("checkInterval", value);
    return this;
  }

  /**
   * Creates the registry.
   *
   * @return a new registry, not started
   */
  public HealthRegistry build() {
    return new HealthRegistry(new HealthRegistryBuilder(this));
  }

  private static int atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + ", expected at least " + least);
    }
    return value;
  }
}
