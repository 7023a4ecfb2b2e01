package org.lazaruspit.pit.internal.probe;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.Heartbeat;
import org.lazaruspit.heartbeat.Incarnation;
import org.lazaruspit.heartbeat.Waiting;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON of a heartbeat, in the form that gateways take. Unknown fields are ignored. Immutable. */
final class HeartbeatJson {

  private static final double MAX_SECONDS = 1e9;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final TypeReference<Map<String, @Nullable Object>> OBJECT =
      new TypeReference<>() {};

  private final Map<String, @Nullable Object> fields;

  private HeartbeatJson(Map<String, @Nullable Object> fields) {
    this.fields = fields;
  }

  /**
   * Parses a heartbeat; an empty text is a bare sign of life.
   *
   * @throws IOException if it is malformed; the message names the problem
   */
  static HeartbeatJson parse(String text) throws IOException {
    if (text.isBlank()) {
      return new HeartbeatJson(Map.of());
    }
    try {
      Map<String, @Nullable Object> fields = JSON.readValue(text, OBJECT);
      if (fields == null) {
        throw new IOException("null, expected an object");
      }
      HeartbeatJson heartbeat = new HeartbeatJson(fields);
      heartbeat.toHeartbeat(0); // reports malformed fields
      return heartbeat;
    } catch (JacksonException e) {
      throw new IOException("malformed JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Returns the incarnation that the heartbeat names. */
  OptionalLong incarnation() throws IOException {
    Object value = fields.get("incarnation");
    if (value == null) {
      return OptionalLong.empty();
    }
    if (value instanceof Integer || value instanceof Long) {
      long number = ((Number) value).longValue();
      if (number >= 0 && number <= Incarnation.MAX) {
        return OptionalLong.of(number);
      }
    }
    throw new IOException("incarnation: expected a whole number from 0 to " + Incarnation.MAX);
  }

  Heartbeat toHeartbeat(long incarnation) throws IOException {
    incarnation();
    try {
      Heartbeat.Builder heartbeat = Heartbeat.builder().incarnation(incarnation);
      heartbeat.metadata(metadata());
      Object progress = fields.get("progress");
      if (progress instanceof Number number) {
        heartbeat.progress(number);
      } else if (progress != null) {
        heartbeat.progress(text("progress", progress));
      }
      Object responseTime = fields.get("response_time");
      if (responseTime != null) {
        heartbeat.responseTime(seconds("response_time", responseTime));
      }
      Object waiting = fields.get("waiting");
      if (waiting != null) {
        heartbeat.waiting(waiting(waiting));
      }
      return heartbeat.build();
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private Map<String, @Nullable Object> metadata() {
    Object value = fields.get("metadata");
    return object("metadata", value == null ? Map.of() : value);
  }

  private static Map<String, @Nullable Object> object(String field, Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException(field + ": expected an object");
    }
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    map.forEach((key, entry) -> copy.put(String.valueOf(key), entry));
    return copy;
  }

  private static Waiting waiting(Object value) {
    Map<String, @Nullable Object> parts = object("waiting", value);
    Object reason = parts.get("for");
    if (reason == null) {
      throw new IllegalArgumentException("waiting/for: expected the reason of the wait");
    }
    String text = text("waiting/for", reason);
    Object until = parts.get("until");
    if (until == null) {
      return Waiting.of(text);
    }
    return until instanceof String instant
        ? Waiting.until(text, instant(instant))
        : Waiting.lasting(text, seconds("waiting/until", until));
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("waiting/until: expected an instant or seconds", e);
    }
  }

  private static String text(String field, Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(field + ": expected a text");
  }

  private static Duration seconds(String field, Object value) {
    if (value instanceof Number number) {
      double seconds = number.doubleValue();
      if (seconds >= 0 && seconds <= MAX_SECONDS) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
      }
    }
    throw new IllegalArgumentException(field + ": expected seconds from 0 to 1000000000");
  }
}
