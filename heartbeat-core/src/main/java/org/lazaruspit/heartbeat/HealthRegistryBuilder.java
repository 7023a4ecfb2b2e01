package org.lazaruspit.heartbeat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a {@link HealthRegistry}; each can be given once. Not thread-safe. */
public final class HealthRegistryBuilder {
  private final SetOnce given = new SetOnce();
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
   * The rules of every agent that has none of its own.
   *
   * @param value default {@link HealthRules#DEFAULT}
   * @return this builder
   */
  public HealthRegistryBuilder rules(HealthRules value) {
    rules = given.once("rules", value);
    return this;
  }

  /**
   * Monotonic time, which the rules are applied to.
   *
   * @param value default {@link Ticker#system()}
   * @return this builder
   */
  public HealthRegistryBuilder ticker(Ticker value) {
    ticker = given.once("ticker", value);
    return this;
  }

  /**
   * Wall-clock time, for display and for the end of a wait.
   *
   * @param value default {@link InstantSource#system()}
   * @return this builder
   */
  public HealthRegistryBuilder clock(InstantSource value) {
    clock = given.once("clock", value);
    return this;
  }

  /**
   * The largest number of agents.
   *
   * @param value 1 or more, default 1,000,000
   * @return this builder
   */
  public HealthRegistryBuilder maxAgents(int value) {
    maxAgents = atLeast("maxAgents", given.once("maxAgents", value), 1);
    return this;
  }

  /**
   * The largest size of one agent's metadata, as compact JSON in UTF-8.
   *
   * @param value bytes, 0 or more, default 16 KiB
   * @return this builder
   */
  public HealthRegistryBuilder maxMetadataBytes(int value) {
    maxMetadataBytes = atLeast("maxMetadataBytes", given.once("maxMetadataBytes", value), 0);
    return this;
  }

  /**
   * The largest length of an agent's id.
   *
   * @param value characters, 1 or more, default 200
   * @return this builder
   */
  public HealthRegistryBuilder maxKeyLength(int value) {
    maxKeyLength = atLeast("maxKeyLength", given.once("maxKeyLength", value), 1);
    return this;
  }

  /**
   * Whether a heartbeat registers an agent that is unknown.
   *
   * @param value default true
   * @return this builder
   */
  public HealthRegistryBuilder registerUnknown(boolean value) {
    registerUnknown = given.once("registerUnknown", value);
    return this;
  }

  /**
   * How many events wait for each listener one by one, before those of the same agent are merged.
   *
   * @param value 0 or more, default 1,024
   * @return this builder
   */
  public HealthRegistryBuilder listenerQueue(int value) {
    listenerQueue = atLeast("listenerQueue", given.once("listenerQueue", value), 0);
    return this;
  }

  /**
   * Where listeners are called. It is handed one task a listener at most at a time, never under a
   * lock.
   *
   * @param value default: threads of the registry's own, at most one a listener, once it is
   *     started, and the thread that calls {@link HealthRegistry#checkTimeouts()} as long as it is
   *     not
   * @return this builder
   */
  public HealthRegistryBuilder listenerExecutor(Executor value) {
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
  public HealthRegistryBuilder checkInterval(Duration value) {
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
    return new HealthRegistry(new HealthRegistryBuilder(this));
  }

  private static int atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + ", expected at least " + least);
    }
    return value;
  }
}
