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
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * Response of a gateway about one agent, read as a stream.
 *
 * @param status the gateway's verdict
 * @param incarnation the incarnation of the agent; 0 if absent
 * @param beating whether the gateway has received a heartbeat
 * @param lastHeartbeat the time of the last heartbeat; empty if malformed
 * @param progress the agent's own report of its progress
 * @param error the error message, perhaps empty
 * @param held the reason why the agent's silence does not count, and its end
 * @param waiting the reason why the agent waits, and its end
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

  /** Reason for an agreed silence, and its end if known. */
  record Pause(String reason, Optional<Instant> until) {}

  static AgentHealthResponse readOne(InputStream body) throws IOException {
    try (JsonParser parser = JSON.createParser(body)) {
      expectObject(parser.nextToken());
      return read(parser);
    } catch (JacksonException e) {
      throw malformed(e.getOriginalMessage());
    }
  }

  static AgentHealthResponse read(JsonParser parser) throws IOException {
    Verdict status = null;
    long incarnation = 0;
    String fault = "";
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
        case "incarnation" -> {
          incarnation = incarnation(parser, value);
          if (incarnation < 0) {
            fault =
                "incarnation: "
                    + found(parser)
                    + " is not a whole number from 0 to "
                    + Incarnation.MAX;
          }
        }
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
      throw malformed("an agent without a status");
    }
    return fault.isEmpty()
        ? new AgentHealthResponse(
            status, incarnation, beating, lastHeartbeat, progress, error, held, waiting)
        : unreadable(fault);
  }

  /** Returns no verdict about one agent: its fault must not cost the gateway's other agents. */
  private static AgentHealthResponse unreadable(String fault) {
    return new AgentHealthResponse(
        Verdict.UNREACHABLE,
        0,
        false,
        Optional.empty(),
        Optional.empty(),
        "malformed response: " + fault,
        Optional.empty(),
        Optional.empty());
  }

  /** Returns the incarnation, or -1 for an invalid value. */
  private static long incarnation(JsonParser parser, JsonToken value) {
    if (value == JsonToken.VALUE_NULL) {
      return 0;
    }
    boolean fits =
        value == JsonToken.VALUE_NUMBER_INT
            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
            && parser.getLongValue() <= Incarnation.MAX;
    return fits ? Math.max(-1, parser.getLongValue()) : -1;
  }

  private static String found(JsonParser parser) {
    String text = parser.getString();
    parser.skipChildren();
    return text;
  }

  /** Returns a text or a number; skips other values: progress is for display only. */
  private static Optional<String> progress(JsonParser parser, JsonToken value) {
    if (value == JsonToken.VALUE_STRING || value.isNumeric()) {
      return Optional.of(parser.getString());
    }
    parser.skipChildren();
    return Optional.empty();
  }

  /** Skips malformed parts: a pause is for display only. */
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
      default -> throw malformed("status " + status);
    };
  }

  static void expectObject(@Nullable JsonToken token) throws IOException {
    if (token != JsonToken.START_OBJECT) {
      throw malformed("found " + token + " where an object should begin");
    }
  }

  static IOException malformed(String problem) {
    return new IOException("malformed response: " + problem);
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
