package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is known of all agents at one moment. Immutable and thread-safe.
 *
 * <p>Each agent's entry is consistent in itself; agents that change while the snapshot is taken may
 * be seen before or after their change. The counts are of the agents seen, also where the snapshot
 * shows only those of one status.
 *
 * @param timestamp wall-clock time of the snapshot
 * @param total number of agents
 * @param healthy number of healthy agents
 * @param degraded number of degraded agents
 * @param unhealthy number of unhealthy agents
 * @param agents the agents by id, in no particular order
 */
public record FleetHealth(
    Instant timestamp,
    int total,
    int healthy,
    int degraded,
    int unhealthy,
    Map<String, AgentHealth> agents) {

  /**
   * Checks what is given.
   *
   * @param timestamp wall-clock time of the snapshot
   * @param total number of agents
   * @param healthy number of healthy agents
   * @param degraded number of degraded agents
   * @param unhealthy number of unhealthy agents
   * @param agents the agents by id
   */
  public FleetHealth {
    requireNonNull(timestamp, "timestamp");
    agents = Collections.unmodifiableMap(new LinkedHashMap<>(agents));
  }
}
