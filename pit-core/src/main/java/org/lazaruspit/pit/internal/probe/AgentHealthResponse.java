package org.lazaruspit.pit.internal.probe;

import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a gateway says of one agent, read as a stream.
 *
 * @param status the gateway's verdict
 * @param incarnation the incarnation it speaks of; 0 if it says none
 * @param beating whether it has had a heartbeat
 * @param lastHeartbeat when the last one was, where that is understood
 * @param progress how far the agent says it is
 * @param error its error message; empty if there is none
 * @param held why the agent's silence does not count, and until when
 * @param waiting what the agent waits for, and until when
 */
record AgentHealthResponse(
    Verdict status,
    long incarnation,
    boolean beating,
    Optional<Instant> lastHeartbeat,
    Optional<String> progress,
    String error,
    Optional<Pause> held,
    Optional<Pause> waiting) {

  static final JsonMapper JSON = new JsonMapper();

  /** Why nothing is to be expected of an agent for a while, and until when where that is known. */
  record Pause(String reason, Optional<Instant> until) {}

  static AgentHealthResponse readOne(InputStream body) throws IOException {
    try (JsonParser parser = JSON.createParser(body)) {
      expectObject(parser.nextToken());
      return read(parser);
    } catch (JacksonException e) {
      throw notUnderstood(e.getOriginalMessage());
    }
  }

  static AgentHealthResponse read(JsonParser parser) throws IOException {
    Verdict status = null;
    long incarnation = 0;
    boolean beating = false;
    Optional<Instant> lastHeartbeat = Optional.empty();
    Optional<String> progress = Optional.empty();
    String error = "";
    Optional<Pause> held = Optional.empty();
    Optional<Pause> waiting = Optional.empty();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "status" -> status = verdict(parser.getString());
        case "incarnation" ->
            incarnation = value == JsonToken.VALUE_NULL ? 0 : parser.getLongValue();
        case "last_heartbeat" -> {
          beating = value != JsonToken.VALUE_NULL;
          lastHeartbeat = Optional.ofNullable(instant(parser, value));
          parser.skipChildren();
        }
        case "progress" -> progress = progress(parser, value);
        case "error_message" -> error = value == JsonToken.VALUE_NULL ? "" : parser.getString();
        case "held" -> held = pause(parser, value, "cause");
        case "waiting" -> waiting = pause(parser, value, "for");
        default -> parser.skipChildren();
      }
    }
    if (status == null) {
      throw notUnderstood("an agent without a status");
    }
    return new AgentHealthResponse(
        status, incarnation, beating, lastHeartbeat, progress, error, held, waiting);
  }

  /** A text or a number; for people alone, so that anything else is left out. */
  private static Optional<String> progress(JsonParser parser, JsonToken value) {
    if (value == JsonToken.VALUE_STRING || value.isNumeric()) {
      return Optional.of(parser.getString());
    }
    parser.skipChildren();
    return Optional.empty();
  }

  /** For people alone, so that what is not understood of it is left out. */
  private static Optional<Pause> pause(JsonParser parser, JsonToken value, String reasonField) {
    if (value != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return Optional.empty();
    }
    String reason = "";
    Instant until = null;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String field = parser.currentName();
      JsonToken inner = parser.nextToken();
      if (field.equals(reasonField) && inner == JsonToken.VALUE_STRING) {
        reason = parser.getString();
      } else if (field.equals("until")) {
        Instant end = instant(parser, inner);
        until = end == null ? null : end.truncatedTo(ChronoUnit.SECONDS);
      }
      parser.skipChildren();
    }
    return reason.isEmpty()
        ? Optional.empty()
        : Optional.of(new Pause(reason, Optional.ofNullable(until)));
  }

  private static @Nullable Instant instant(JsonParser parser, JsonToken value) {
    try {
      if (value == JsonToken.VALUE_STRING) {
        return Instant.parse(parser.getString());
      }
      return value.isNumeric()
          ? Instant.ofEpochMilli(Math.round(parser.getDoubleValue() * 1000))
          : null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static Verdict verdict(String status) throws IOException {
    return switch (status.toLowerCase(Locale.ROOT)) {
      case "healthy" -> Verdict.HEALTHY;
      case "degraded" -> Verdict.DEGRADED;
      case "unhealthy" -> Verdict.UNHEALTHY;
      default -> throw notUnderstood("status " + status);
    };
  }

  static void expectObject(@Nullable JsonToken token) throws IOException {
    if (token != JsonToken.START_OBJECT) {
      throw notUnderstood("found " + token + " where an object should begin");
    }
  }

  static IOException notUnderstood(String what) {
    return new IOException("its answer is not understood: " + what);
  }

  ProbeResult toResult(ProbeTarget target, Duration took) {
    String detail = held.map(pause -> ProbeMessages.held(pause.until())).orElse(error);
    return new ProbeResult(
        target.agent(),
        status,
        incarnation,
        beating,
        detail,
        took,
        held.map(Pause::reason),
        waiting.map(pause -> ProbeMessages.waiting(pause.reason(), pause.until())),
        lastHeartbeat,
        progress);
  }
}
