package org.lazaruspit.heartbeat.http;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.AgentHealth;
import org.lazaruspit.heartbeat.HealthEvent;
import org.lazaruspit.heartbeat.Heartbeat;
import org.lazaruspit.heartbeat.Held;
import org.lazaruspit.heartbeat.Waiting;
import tools.jackson.core.JsonGenerator;

/** What goes over the wire, as JSON, piece by piece and never as a tree. */
final class WireWriter {

  private WireWriter() {}

  static void agent(JsonGenerator json, AgentHealth agent) {
    json.writeStartObject();
    json.writeStringProperty("agent_id", agent.agentId());
    json.writeStringProperty("status", agent.status().wireName());
    instant(json, "last_heartbeat", agent.lastHeartbeat());
    instant(json, "last_response", agent.lastResponse());
    json.writeNumberProperty("consecutive_failures", agent.consecutiveFailures());
    duration(json, "response_time", agent.responseTime());
    json.writeStringProperty("error_message", agent.errorMessage());
    json.writeName("metadata");
    value(json, agent.metadata());
    knownOnly(json, agent);
    json.writeEndObject();
  }

  /** The fields that stand there only where something is known. */
  private static void knownOnly(JsonGenerator json, AgentHealth agent) {
    if (agent.incarnation() > 0) {
      json.writeNumberProperty("incarnation", agent.incarnation());
    }
    if (agent.progress() != null) {
      json.writeName("progress");
      value(json, agent.progress());
    }
    if (agent.waiting() != null) {
      waiting(json, agent.waiting());
    }
    if (agent.held() != null) {
      held(json, agent.held());
    }
  }

  static void heartbeat(JsonGenerator json, Heartbeat beat) {
    json.writeStartObject();
    if (beat.hasIncarnation()) {
      json.writeNumberProperty("incarnation", beat.incarnation());
    }
    if (beat.responseTime() != null) {
      Json.writeSeconds(json, "response_time", beat.responseTime());
    }
    if (beat.progress() != null) {
      json.writeName("progress");
      value(json, beat.progress());
    }
    if (beat.waiting() != null) {
      waiting(json, beat.waiting());
    }
    if (!beat.metadata().isEmpty()) {
      json.writeName("metadata");
      value(json, beat.metadata());
    }
    json.writeEndObject();
  }

  static void event(JsonGenerator json, HealthEvent event) {
    json.writeStartObject();
    json.writeStringProperty("agent_id", event.agentId());
    json.writeStringProperty("from", event.from().wireName());
    json.writeStringProperty("to", event.to().wireName());
    json.writeStringProperty("cause", event.cause().wireName());
    Json.writeSeconds(json, "timestamp", event.at());
    if (event.incarnation() > 0) {
      json.writeNumberProperty("incarnation", event.incarnation());
    }
    if (event.message() != null) {
      json.writeStringProperty("message", event.message());
    }
    json.writeEndObject();
  }

  static void problem(JsonGenerator json, Problem problem) {
    json.writeStartObject();
    json.writeStringProperty("type", problem.type());
    json.writeStringProperty("title", problem.title());
    json.writeNumberProperty("status", problem.status());
    json.writeStringProperty("detail", problem.detail());
    json.writeEndObject();
  }

  private static void waiting(JsonGenerator json, Waiting waiting) {
    json.writeObjectPropertyStart("waiting");
    json.writeStringProperty("for", waiting.reason());
    if (waiting.until() != null) {
      json.writeStringProperty("until", waiting.until().toString());
    } else if (waiting.duration() != null) {
      Json.writeSeconds(json, "until", waiting.duration());
    }
    json.writeEndObject();
  }

  private static void held(JsonGenerator json, Held held) {
    json.writeObjectPropertyStart("held");
    json.writeStringProperty("cause", held.cause());
    Json.writeSeconds(json, "since", held.since());
    Json.writeSeconds(json, "until", held.until());
    json.writeEndObject();
  }

  private static void instant(JsonGenerator json, String name, @Nullable Instant instant) {
    if (instant == null) {
      json.writeNullProperty(name);
    } else {
      Json.writeSeconds(json, name, instant);
    }
  }

  private static void duration(JsonGenerator json, String name, @Nullable Duration duration) {
    if (duration == null) {
      json.writeNullProperty(name);
    } else {
      Json.writeSeconds(json, name, duration);
    }
  }

  /** A value of metadata: text, number, boolean, null, and maps and lists of them. */
  private static void value(JsonGenerator json, @Nullable Object value) {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof CharSequence text) {
      json.writeString(text.toString());
    } else if (value instanceof Number number) {
      number(json, number);
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      map.forEach(
          (key, element) -> {
            json.writeName(String.valueOf(key));
            value(json, element);
          });
      json.writeEndObject();
    } else if (value instanceof Iterable<?> list) {
      json.writeStartArray();
      list.forEach(element -> value(json, element));
      json.writeEndArray();
    } else {
      json.writeString(value.toString());
    }
  }

  private static void number(JsonGenerator json, Number number) {
    if (number instanceof Long
        || number instanceof Integer
        || number instanceof Short
        || number instanceof Byte) {
      json.writeNumber(number.longValue());
    } else if (number instanceof BigInteger integer) {
      json.writeNumber(integer);
    } else if (number instanceof BigDecimal decimal) {
      json.writeNumber(decimal);
    } else if (number instanceof Float single) {
      json.writeNumber(single);
    } else {
      json.writeNumber(number.doubleValue());
    }
  }
}
