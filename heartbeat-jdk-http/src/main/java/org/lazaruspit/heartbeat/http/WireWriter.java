package org.lazaruspit.heartbeat.http;

import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.AgentHealth;
import org.lazaruspit.heartbeat.HealthEvent;
import org.lazaruspit.heartbeat.HealthStatus;
import org.lazaruspit.heartbeat.Heartbeat;
import org.lazaruspit.heartbeat.Held;
import org.lazaruspit.heartbeat.Waiting;

/** Writes the JSON of requests and responses as a stream. */
final class WireWriter {

  static final JsonWriter.Name STATUS = new JsonWriter.Name("status");
  static final JsonWriter.Name AGENT_ID = new JsonWriter.Name("agent_id");
  static final JsonWriter.Name TIMESTAMP = new JsonWriter.Name("timestamp");
  static final JsonWriter.Name NEXT_HEARTBEAT = new JsonWriter.Name("next_heartbeat");
  static final JsonWriter.Name METADATA_REFUSED = new JsonWriter.Name("metadata_refused");
  static final JsonWriter.Name AGENTS = new JsonWriter.Name("agents");
  private static final JsonWriter.Name LAST_HEARTBEAT = new JsonWriter.Name("last_heartbeat");
  private static final JsonWriter.Name LAST_RESPONSE = new JsonWriter.Name("last_response");
  private static final JsonWriter.Name FAILURES = new JsonWriter.Name("consecutive_failures");
  private static final JsonWriter.Name RESPONSE_TIME = new JsonWriter.Name("response_time");
  private static final JsonWriter.Name ERROR_MESSAGE = new JsonWriter.Name("error_message");
  private static final JsonWriter.Name METADATA = new JsonWriter.Name("metadata");
  private static final JsonWriter.Name INCARNATION = new JsonWriter.Name("incarnation");
  private static final JsonWriter.Name PROGRESS = new JsonWriter.Name("progress");
  private static final JsonWriter.Name WAITING = new JsonWriter.Name("waiting");

  private static final JsonWriter.Name HEALTHY = new JsonWriter.Name("status", "healthy");
  private static final JsonWriter.Name DEGRADED = new JsonWriter.Name("status", "degraded");
  private static final JsonWriter.Name UNHEALTHY = new JsonWriter.Name("status", "unhealthy");

  private WireWriter() {}

  static void agent(JsonWriter json, AgentHealth agent) {
    json.start();
    json.name(AGENT_ID).text(agent.agentId());
    json.known(status(agent.status()));
    json.name(LAST_HEARTBEAT).seconds(agent.lastHeartbeat());
    json.name(LAST_RESPONSE).seconds(agent.lastResponse());
    json.name(FAILURES).number(agent.consecutiveFailures());
    json.name(RESPONSE_TIME).seconds(agent.responseTime());
    json.name(ERROR_MESSAGE).text(agent.errorMessage());
    json.name(METADATA).any(agent.metadata());
    if (agent.incarnation() > 0) {
      json.name(INCARNATION).number(agent.incarnation());
    }
    progress(json, agent.progress());
    waiting(json, agent.waiting());
    held(json, agent.held());
    json.end();
  }

  private static JsonWriter.Name status(HealthStatus status) {
    return switch (status) {
      case HEALTHY -> HEALTHY;
      case DEGRADED -> DEGRADED;
      case UNHEALTHY -> UNHEALTHY;
    };
  }

  static void heartbeat(JsonWriter json, Heartbeat beat) {
    json.start();
    if (beat.hasIncarnation()) {
      json.name(INCARNATION).number(beat.incarnation());
    }
    if (beat.responseTime() != null) {
      json.name(RESPONSE_TIME).seconds(beat.responseTime());
    }
    progress(json, beat.progress());
    waiting(json, beat.waiting());
    if (!beat.metadata().isEmpty()) {
      json.name(METADATA).any(beat.metadata());
    }
    json.end();
  }

  static void event(JsonWriter json, HealthEvent event) {
    json.start();
    json.name(AGENT_ID).text(event.agentId());
    json.name("from").text(event.from().wireName());
    json.name("to").text(event.to().wireName());
    json.name("cause").text(event.cause().wireName());
    json.name(TIMESTAMP).seconds(event.at());
    if (event.incarnation() > 0) {
      json.name(INCARNATION).number(event.incarnation());
    }
    if (event.message() != null) {
      json.name("message").text(event.message());
    }
    json.end();
  }

  static void problem(JsonWriter json, Problem problem) {
    json.start();
    json.name("type").text(problem.type());
    json.name("title").text(problem.title());
    json.name(STATUS).number(problem.status());
    json.name("detail").text(problem.detail());
    json.end();
  }

  private static void progress(JsonWriter json, @Nullable Object progress) {
    if (progress != null) {
      json.name(PROGRESS).any(progress);
    }
  }

  private static void waiting(JsonWriter json, @Nullable Waiting waiting) {
    if (waiting == null) {
      return;
    }
    json.name(WAITING).start().name("for").text(waiting.reason());
    if (waiting.until() != null) {
      json.name("until").text(waiting.until().toString());
    } else if (waiting.duration() != null) {
      json.name("until").seconds(waiting.duration());
    }
    json.end();
  }

  private static void held(JsonWriter json, @Nullable Held held) {
    if (held == null) {
      return;
    }
    json.name("held").start().name("cause").text(held.cause());
    json.name("since").seconds(held.since());
    json.name("until").seconds(held.until());
    json.end();
  }
}
