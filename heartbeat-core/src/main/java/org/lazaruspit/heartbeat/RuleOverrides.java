package org.lazaruspit.heartbeat;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Rules in force: an agent's own or else the registry's. Thread-safe. Not final, since tests of
 * races intercept the look-up.
 */
class RuleOverrides {
  private final ConcurrentHashMap<AgentEntry, HealthRules> own = new ConcurrentHashMap<>();
  private volatile HealthRules common;

  RuleOverrides(HealthRules common) {
    this.common = common;
  }

  HealthRules common() {
    return common;
  }

  void common(HealthRules newRules) {
    common = newRules;
  }

  HealthRules of(AgentEntry entry) {
    HealthRules rules = own(entry);
    return rules == null ? common : rules;
  }

  @Nullable HealthRules own(AgentEntry entry) {
    return own.isEmpty() ? null : own.get(entry);
  }

  /** Sets own rules of an agent; always returns true. Called under the entry's monitor. */
  boolean set(AgentEntry entry, HealthRules rules) {
    own.put(entry, rules);
    return true;
  }

  /**
   * Removes own rules of an agent; returns whether they existed. Called under the entry's monitor.
   */
  boolean remove(AgentEntry entry) {
    return own.remove(entry) != null;
  }
}
