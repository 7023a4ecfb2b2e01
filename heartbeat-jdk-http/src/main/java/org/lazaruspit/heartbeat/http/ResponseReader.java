package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/** Reads the responses of a gateway. Unknown fields are ignored. */
final class ResponseReader {

  private static final double MAX_SECONDS = 1e6;

  private ResponseReader() {}

  /** Response to many heartbeats. */
  record Many(
      Duration nextHeartbeat, Map<String, Problem> refused, Map<String, String> metadataRefused) {

    BeatResult of(String agentId) {
      Problem problem = refused.get(agentId);
      return problem == null
          ? new BeatResult.Accepted(nextHeartbeat, metadataRefused.get(agentId))
          : new BeatResult.Refused(problem, null);
    }
  }

  /** Reads the value of a field. */
  @FunctionalInterface
  private interface Field {
    void read(String name, JsonParser json) throws IOException;
  }

  static BeatResult.Accepted accepted(byte[] body) throws IOException {
    @Nullable Duration[] next = {null};
    @Nullable String[] refused = {null};
    object(
        body,
        (name, json) -> {
          switch (name) {
            case "next_heartbeat" -> next[0] = seconds(json);
            case "metadata_refused" -> refused[0] = json.getValueAsString();
            default -> json.skipChildren();
          }
        });
    if (next[0] == null) {
      throw new IOException("not a response of a gateway: next_heartbeat is missing");
    }
    return new BeatResult.Accepted(next[0], refused[0]);
  }

  static Many many(byte[] body) throws IOException {
    @Nullable Duration[] next = {null};
    Map<String, Problem> refused = new HashMap<>();
    Map<String, String> metadataRefused = new HashMap<>();
    object(
        body,
        (name, json) -> {
          switch (name) {
            case "next_heartbeat" -> next[0] = seconds(json);
            case "refused" -> fields(json, (id, value) -> refused.put(id, problem(value, 400)));
            case "metadata_refused" ->
                fields(
                    json,
                    (id, value) ->
                        metadataRefused.put(id, String.valueOf(value.getValueAsString())));
            default -> json.skipChildren();
          }
        });
    if (next[0] == null) {
      throw new IOException("not a response of a gateway: next_heartbeat is missing");
    }
    return new Many(next[0], refused, metadataRefused);
  }

  /** Returns the problem in a body, or a problem made from the status. */
  static Problem problem(byte[] body, int status) {
    try (JsonParser json =
        Json.FACTORY.createParser(ObjectReadContext.empty(), body, 0, body.length)) {
      json.nextToken();
      return problem(json, status);
    } catch (JacksonException | IOException e) {
      return new Problem(
          "about:blank", "HTTP status " + status, status, "without a readable reason");
    }
  }

  private static Problem problem(JsonParser json, int status) throws IOException {
    Map<String, String> texts = new HashMap<>();
    int[] statusField = {status};
    fields(
        json,
        (name, value) -> {
          if (name.equals("status")) {
            statusField[0] = value.getValueAsInt(status);
          } else if (value.currentToken() == JsonToken.VALUE_STRING) {
            texts.put(name, value.getString());
          } else {
            value.skipChildren();
          }
        });
    return new Problem(
        texts.getOrDefault("type", "about:blank"),
        texts.getOrDefault("title", "HTTP status " + statusField[0]),
        statusField[0],
        texts.getOrDefault("detail", ""));
  }

  private static void object(byte[] body, Field field) throws IOException {
    try (JsonParser json =
        Json.FACTORY.createParser(ObjectReadContext.empty(), body, 0, body.length)) {
      json.nextToken();
      fields(json, field);
    } catch (JacksonException e) {
      throw new IOException("not a response of a gateway: " + e.getOriginalMessage(), e);
    }
  }

  private static void fields(JsonParser json, Field field) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new IOException(
          "not a response of a gateway: expected an object, found " + json.currentToken());
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      field.read(name, json);
    }
  }

  private static Duration seconds(JsonParser json) throws IOException {
    double seconds = json.currentToken().isNumeric() ? json.getDoubleValue() : -1;
    if (!(seconds >= 0 && seconds <= MAX_SECONDS)) {
      throw new IOException(
          "not a response of a gateway: next_heartbeat is not a number of seconds");
    }
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }
}
