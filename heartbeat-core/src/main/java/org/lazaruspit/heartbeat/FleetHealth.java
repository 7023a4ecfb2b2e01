package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Snapshot of all agents' health. Immutable and thread-safe.
 *
 * <p>Each agent's entry is consistent; an agent that changes meanwhile is seen before or after its
 * change. The counts cover all agents, also in a snapshot of one status.
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
   * Checks the arguments.
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
