package org.lazaruspit.heartbeat.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.Heartbeat;
import org.lazaruspit.heartbeat.Incarnation;
import org.lazaruspit.heartbeat.Waiting;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;

/**
 * Reads the bodies of requests. A body is read to its end before it takes effect, so a refused body
 * changes nothing. Unknown fields are ignored.
 */
final class WireReader implements AutoCloseable {

  private static final double MAX_SECONDS = 1e9;

  static final String INCARNATION = "a whole number from 0 to " + Incarnation.MAX;

  /** Value of an absent {@code incarnation}. */
  static final long NONE = -1;

  private final JsonParser json;

  private WireReader(byte[] body) {
    this.json = Json.FACTORY.createParser(ObjectReadContext.empty(), body, 0, body.length);
  }

  /** Body of a registration. */
  record Registration(Map<String, @Nullable Object> metadata, long incarnation) {}

  /** Body of a failure report. */
  record Failure(String error, long incarnation) {}

  /** Part of one agent in a request with many heartbeats: the heartbeat, or the problem. */
  record Part(String agentId, @Nullable Heartbeat beat, @Nullable Problem problem) {}

  /** Reads a value from a body. */
  @FunctionalInterface
  private interface Reading<T> {
    T from(WireReader reader) throws ProblemException;
  }

  static Heartbeat heartbeat(byte[] body, long incarnationInQuery) throws ProblemException {
    return readWhole(body, reader -> reader.heartbeat(reader.startsObject(), incarnationInQuery));
  }

  static Registration registration(byte[] body, long incarnationInQuery) throws ProblemException {
    return readWhole(
        body, reader -> reader.registration(reader.startsObject(), incarnationInQuery));
  }

  static Failure failure(byte[] body, long incarnationInQuery) throws ProblemException {
    return readWhole(body, reader -> reader.failure(reader.startsObject(), incarnationInQuery));
  }

  static List<Part> parts(byte[] body) throws ProblemException {
    return readWhole(body, reader -> reader.parts(reader.startsObject()));
  }

  private static <T> T readWhole(byte[] body, Reading<T> reading) throws ProblemException {
    try (WireReader reader = new WireReader(body)) {
      T result = reading.from(reader);
      if (reader.json.nextToken() != null) {
        throw reader.malformed("unexpected content after the JSON");
      }
      return result;
    } catch (StreamConstraintsException e) {
      throw malformed("nested too deeply, or a name or a number is too long", e.getLocation());
    } catch (JacksonException e) {
      throw malformed(e.getOriginalMessage(), e.getLocation());
    }
  }

  /** Returns whether the body has an object; an empty body is valid. */
  private boolean startsObject() throws ProblemException {
    JsonToken first = json.nextToken();
    if (first != null && first != JsonToken.START_OBJECT) {
      throw malformed("expected an object");
    }
    return first != null;
  }

  private Heartbeat heartbeat(boolean present, long incarnationInQuery) throws ProblemException {
    Heartbeat.Builder beat = Heartbeat.builder();
    long incarnation = incarnationInQuery;
    while (present && json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      if (json.nextToken() == JsonToken.VALUE_NULL) {
        continue;
      }
      switch (field) {
        case "metadata" -> beat.metadata(object(field));
        case "response_time" -> beat.responseTime(seconds(field));
        case "incarnation" -> incarnation = same(incarnationInQuery, incarnation(field));
        case "progress" -> progress(beat);
        case "waiting" -> beat.waiting(waiting());
        default -> json.skipChildren();
      }
    }
    return incarnation == NONE ? beat.build() : beat.incarnation(incarnation).build();
  }

  private Registration registration(boolean present, long incarnationInQuery)
      throws ProblemException {
    Map<String, @Nullable Object> metadata = Map.of();
    long incarnation = incarnationInQuery;
    while (present && json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      if (json.nextToken() == JsonToken.VALUE_NULL) {
        continue;
      }
      switch (field) {
        case "metadata" -> metadata = object(field);
        case "incarnation" -> incarnation = same(incarnationInQuery, incarnation(field));
        default -> json.skipChildren();
      }
    }
    return new Registration(metadata, incarnation);
  }

  private Failure failure(boolean present, long incarnationInQuery) throws ProblemException {
    String error = null;
    long incarnation = incarnationInQuery;
    while (present && json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      if (json.nextToken() == JsonToken.VALUE_NULL) {
        continue;
      }
      switch (field) {
        case "error" -> error = text(field);
        case "incarnation" -> incarnation = same(incarnationInQuery, incarnation(field));
        default -> json.skipChildren();
      }
    }
    if (error == null) {
      throw ProblemException.of(
          Problem.BAD_FIELD, "error: missing, expected a text with the reason");
    }
    return new Failure(error, incarnation);
  }

  private List<Part> parts(boolean present) throws ProblemException {
    List<Part> parts = null;
    while (present && json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      if (!field.equals("agents")) {
        json.skipChildren();
      } else if (value != JsonToken.START_OBJECT) {
        throw bad("agents", "an object");
      } else {
        parts = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
          parts.add(part());
        }
      }
    }
    if (parts == null) {
      throw ProblemException.of(
          Problem.BAD_FIELD,
          "agents: missing, expected an object with a heartbeat for each agent id");
    }
    return parts;
  }

  private Part part() throws ProblemException {
    String agentId = json.currentName();
    boolean isObject = json.nextToken() == JsonToken.START_OBJECT;
    int depth = json.streamReadContext().getNestingDepth();
    try {
      if (!isObject && json.currentToken() != JsonToken.VALUE_NULL) {
        throw bad("agents", "an object for each agent id");
      }
      return new Part(agentId, heartbeat(isObject, NONE), null);
    } catch (ProblemException e) {
      if (isObject) {
        skipTo(depth);
      } else {
        json.skipChildren();
      }
      return new Part(agentId, null, e.problem());
    }
  }

  /** Skips to the end of the object at this nesting depth. */
  private void skipTo(int depth) {
    while (json.streamReadContext().getNestingDepth() >= depth) {
      json.nextToken();
    }
  }

  private void progress(Heartbeat.Builder beat) throws ProblemException {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      String text = json.getString();
      checked("progress", () -> beat.progress(text));
    } else if (json.currentToken().isNumeric()) {
      beat.progress(number("progress"));
    } else {
      throw bad("progress", "a text or a number");
    }
  }

  private Waiting waiting() throws ProblemException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw bad("waiting", "an object");
    }
    String reason = null;
    Instant until = null;
    Duration lasting = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      if (value == JsonToken.VALUE_NULL) {
        continue;
      }
      switch (field) {
        case "for" -> reason = text("waiting/for");
        case "until" -> {
          if (value == JsonToken.VALUE_STRING) {
            until = instant("waiting/until");
          } else {
            lasting = seconds("waiting/until");
          }
        }
        default -> json.skipChildren();
      }
    }
    if (reason == null) {
      throw ProblemException.of(
          Problem.BAD_FIELD, "waiting/for: missing, expected the reason of the wait");
    }
    String waitReason = reason;
    Instant end = until;
    Duration duration = lasting;
    return checked("waiting", () -> new Waiting(waitReason, end, duration));
  }

  private static <T> T checked(String field, Supplier<T> value) throws ProblemException {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      String message = e.getMessage();
      throw ProblemException.of(
          Problem.BAD_FIELD, message == null ? field + ": not allowed" : message);
    }
  }

  private String text(String field) throws ProblemException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw bad(field, "a text");
    }
    return json.getString();
  }

  private Instant instant(String field) throws ProblemException {
    try {
      return Instant.parse(json.getString());
    } catch (DateTimeException e) {
      throw bad(field, "an instant like 2026-01-31T09:30:00Z or a number of seconds from now");
    }
  }

  private Duration seconds(String field) throws ProblemException {
    if (!json.currentToken().isNumeric()) {
      throw bad(field, "a number of seconds");
    }
    double seconds = json.getDoubleValue();
    if (!(seconds >= 0 && seconds <= MAX_SECONDS)) {
      throw bad(field, "a number of seconds from 0 to 1000000000");
    }
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  private long incarnation(String field) throws ProblemException {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
        || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        || json.getLongValue() < 0
        || json.getLongValue() > Incarnation.MAX) {
      throw bad(field, INCARNATION);
    }
    return json.getLongValue();
  }

  private static long same(long inQuery, long inBody) throws ProblemException {
    if (inQuery != NONE && inQuery != inBody) {
      throw ProblemException.of(
          Problem.BAD_FIELD,
          "incarnation: " + inBody + " in the body, but " + inQuery + " in the query");
    }
    return inBody;
  }

  private Number number(String field) throws ProblemException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      return json.getNumberValue();
    }
    double value = json.getDoubleValue();
    if (Double.isInfinite(value)) {
      throw bad(field, "a number that fits 64 bits");
    }
    return value;
  }

  private Map<String, @Nullable Object> object(String field) throws ProblemException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw bad(field, "an object");
    }
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      json.nextToken();
      map.put(key, value(field));
    }
    return map;
  }

  private @Nullable Object value(String field) throws ProblemException {
    return switch (json.currentToken()) {
      case START_OBJECT -> object(field);
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(field));
        }
        yield list;
      }
      case VALUE_STRING -> json.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(field);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  private ProblemException bad(String field, String expected) {
    return ProblemException.of(
        Problem.BAD_FIELD, field + ": expected " + expected + place(json.currentTokenLocation()));
  }

  private ProblemException malformed(String message) {
    return malformed(message, json.currentTokenLocation());
  }

  private static ProblemException malformed(
      @Nullable String message, @Nullable TokenStreamLocation location) {
    return ProblemException.of(
        Problem.MALFORMED_JSON, (message == null ? "not JSON" : message) + place(location));
  }

  private static String place(@Nullable TokenStreamLocation location) {
    return location == null || location.getLineNr() < 1
        ? ""
        : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
  }

  @Override
  public void close() {
    json.close();
  }
}
