package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.AgentHealth;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HealthStatus;

/**
 * How all agents are doing, written while it is read from the registry: the text is never in
 * memory.
 */
final class FleetAnswer {

  private final HealthRegistry registry;
  private final String instance;
  private int healthy;
  private int degraded;
  private int unhealthy;

  FleetAnswer(HealthRegistry registry, String instance) {
    this.registry = registry;
    this.instance = instance;
  }

  void send(Request request) throws IOException, Refusal {
    HealthStatus only = status(request.parameter("status"));
    request.responseHeader("Content-Type", Json.TYPE);
    request.exchange().getResponseHeaders().add("Vary", "Accept-Encoding");
    boolean zipped = acceptsGzip(request.header("Accept-Encoding"));
    if (zipped) {
      request.responseHeader("Content-Encoding", "gzip");
    }
    if (request.isHead()) {
      request.answer(200);
      return;
    }
    OutputStream plain = request.answerInPieces();
    OutputStream body = zipped ? new QuickGzip(plain) : plain;
    try (JsonWriter json = JsonWriter.large(body)) {
      write(json, only);
    }
    body.close();
    request.exchange().close();
  }

  private static @Nullable HealthStatus status(@Nullable String name) throws Refusal {
    if (name == null) {
      return null;
    }
    for (HealthStatus status : HealthStatus.values()) {
      if (status.wireName().equals(name)) {
        return status;
      }
    }
    throw Refusal.of(
        Problem.BAD_FIELD, "status: expected healthy, degraded or unhealthy in the query");
  }

  private static boolean acceptsGzip(@Nullable String accepted) {
    if (accepted == null) {
      return false;
    }
    for (String part : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] coding = part.split(";", -1);
      if (coding[0].strip().equals("gzip")) {
        return coding.length == 1 || !coding[1].strip().matches("q=0(\\.0*)?");
      }
    }
    return false;
  }

  private void write(JsonWriter json, @Nullable HealthStatus only) {
    json.start();
    json.name(WireWriter.TIMESTAMP).seconds(Instant.now());
    json.name("instance").text(instance);
    json.name(WireWriter.AGENTS).start();
    // One that leaves and comes back during the walk may be met twice, but a key of JSON may not.
    Set<String> met = new HashSet<>(registry.size() * 2);
    registry.forEach(
        agent -> {
          if (met.add(agent.agentId())) {
            count(agent.status());
            if (only == null || agent.status() == only) {
              write(json, agent);
            }
          }
        });
    json.end();
    // Counted while written, so that they are those of exactly these agents; hence at the end.
    json.name("total_agents").number(healthy + degraded + unhealthy);
    json.name("healthy").number(healthy);
    json.name("degraded").number(degraded);
    json.name("unhealthy").number(unhealthy);
    json.end();
  }

  private static void write(JsonWriter json, AgentHealth agent) {
    json.name(agent.agentId());
    WireWriter.agent(json, agent);
  }

  private void count(HealthStatus status) {
    switch (status) {
      case HEALTHY -> healthy++;
      case DEGRADED -> degraded++;
      case UNHEALTHY -> unhealthy++;
    }
  }
}
