package org.lazaruspit.heartbeat.http;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.AgentHealth;
import org.lazaruspit.heartbeat.HealthStatus;

/** Writes all agents while it walks over the registry, and their numbers. Used once. */
final class FleetWriter {

  private final JsonWriter json;
  private final @Nullable HealthStatus only;
  private final Set<String> met = new HashSet<>();
  private int healthy;
  private int degraded;
  private int unhealthy;

  FleetWriter(JsonWriter json, @Nullable HealthStatus only) {
    this.json = json;
    this.only = only;
  }

  /**
   * Writes all of it.
   *
   * @param walk shows each agent
   */
  void write(Consumer<Consumer<AgentHealth>> walk, String instance) {
    json.start();
    json.name(WireWriter.TIMESTAMP).seconds(Instant.now());
    json.name("instance").text(instance);
    json.name(WireWriter.AGENTS).start();
    walk.accept(this::write);
    json.end();
    // Counted while written, so that they are those of exactly these agents; hence at the end.
    json.name("total_agents").number(healthy + degraded + unhealthy);
    json.name("healthy").number(healthy);
    json.name("degraded").number(degraded);
    json.name("unhealthy").number(unhealthy);
    json.end();
  }

  /** One that leaves and comes back during the walk may be met twice, but a key of JSON may not. */
  private void write(AgentHealth agent) {
    if (!met.add(agent.agentId())) {
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
