package org.lazaruspit.heartbeat.http;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.AgentHealth;
import org.lazaruspit.heartbeat.HealthStatus;

/** Writes all agents and their numbers during an iteration of the registry. Used once. */
final class FleetWriter {

  private final JsonWriter json;
  private final @Nullable HealthStatus only;
  private final Set<String> visited = new HashSet<>();
  private int healthy;
  private int degraded;
  private int unhealthy;

  FleetWriter(JsonWriter json, @Nullable HealthStatus only) {
    this.json = json;
    this.only = only;
  }

  /**
   * Writes the whole object.
   *
   * @param walk calls an action with each agent
   */
  void write(Consumer<Consumer<AgentHealth>> walk, String instance) {
    json.start();
    json.name(WireWriter.TIMESTAMP).seconds(Instant.now());
    json.name("instance").text(instance);
    json.name(WireWriter.AGENTS).start();
    walk.accept(this::write);
    json.end();
    // At the end, since the numbers are counted during the iteration and match the agents above.
    json.name("total_agents").number(healthy + degraded + unhealthy);
    json.name("healthy").number(healthy);
    json.name("degraded").number(degraded);
    json.name("unhealthy").number(unhealthy);
    json.end();
  }

  /**
   * Writes an agent once, although an agent removed and added again meanwhile may be visited twice.
   */
  private void write(AgentHealth agent) {
    if (!visited.add(agent.agentId())) {
      return;
    }
    count(agent.status());
    if (only == null || agent.status() == only) {
      json.name(agent.agentId());
      WireWriter.agent(json, agent);
    }
  }

  private void count(HealthStatus status) {
    switch (status) {
      case HEALTHY -> healthy++;
      case DEGRADED -> degraded++;
      case UNHEALTHY -> unhealthy++;
    }
  }
}
