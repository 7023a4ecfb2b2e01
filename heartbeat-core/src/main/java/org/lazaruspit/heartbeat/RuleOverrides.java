package org.lazaruspit.heartbeat;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which rules hold for whom: one agent's own, or else the registry's. Thread-safe. Not final, since
 * the tests of races have another thread act at the moment when the rules are looked up.
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

  /** Under the entry's monitor. Always true: there is something new. */
  boolean give(AgentEntry entry, HealthRules rules) {
    own.put(entry, rules);
    return true;
  }

  /** Under the entry's monitor: whether it had rules of its own. */
  boolean take(AgentEntry entry) {
    return own.remove(entry) != null;
  }
}
