package org.lazaruspit.heartbeat;

import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Counts agents by status and collects agents of the selected statuses. Not thread-safe. */
final class StatusCounts {
  private final Map<String, AgentHealth> seen = new LinkedHashMap<>();
  private final Map<HealthStatus, Integer> counts = new EnumMap<>(HealthStatus.class);
  private final Set<HealthStatus> shown;

  StatusCounts(Set<HealthStatus> shown) {
    this.shown = shown;
  }

  void add(AgentHealth health) {
    counts.merge(health.status(), 1, Integer::sum);
    if (shown.contains(health.status())) {
      seen.put(health.agentId(), health);
    }
  }

  FleetHealth result(Instant timestamp) {
    int healthy = counts.getOrDefault(HealthStatus.HEALTHY, 0);
    int degraded = counts.getOrDefault(HealthStatus.DEGRADED, 0);
    int unhealthy = counts.getOrDefault(HealthStatus.UNHEALTHY, 0);
    int total = healthy + degraded + unhealthy;
    return new FleetHealth(timestamp, total, healthy, degraded, unhealthy, seen);
  }
}
