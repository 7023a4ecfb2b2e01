package org.lazaruspit.pit.builtin;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a gateway says of one agent, read as a stream: an answer about many agents is never built in
 * memory.
 *
 * @param status the gateway's verdict
 * @param incarnation the incarnation it speaks of; 0 if it says none
 * @param beating whether it has had a heartbeat
 * @param error its error message; empty if there is none
 */
record AgentAnswer(Verdict status, long incarnation, boolean beating, String error) {

  private static final JsonMapper JSON = new JsonMapper();

  static AgentAnswer readOne(InputStream body) throws IOException {
    try (JsonParser parser = JSON.createParser(body)) {
      expectObject(parser.nextToken());
      return read(parser);
    } catch (JacksonException e) {
      throw notUnderstood(e.getOriginalMessage());
    }
  }

  /** Reads a fleet's answer and keeps those that are asked for. */
  static void readAll(InputStream body, Set<String> wanted, Map<String, AgentAnswer> answers)
      throws IOException {
    try (JsonParser parser = JSON.createParser(body)) {
      expectObject(parser.nextToken());
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean agents = parser.currentName().equals("agents");
        JsonToken value = parser.nextToken();
        if (agents) {
          expectObject(value);
          readAgents(parser, wanted, answers);
        } else {
          parser.skipChildren();
        }
      }
    } catch (JacksonException e) {
      throw notUnderstood(e.getOriginalMessage());
    }
  }

  private static void readAgents(
      JsonParser parser, Set<String> wanted, Map<String, AgentAnswer> answers) throws IOException {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      expectObject(parser.nextToken());
      if (wanted.contains(key)) {
        answers.put(key, read(parser));
      } else {
        parser.skipChildren();
      }
    }
  }

  private static AgentAnswer read(JsonParser parser) throws IOException {
    Verdict status = null;
    long incarnation = 0;
    boolean beating = false;
    String error = "";
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "status" -> status = verdict(parser.getString());
        case "incarnation" ->
            incarnation = value == JsonToken.VALUE_NULL ? 0 : parser.getLongValue();
        case "last_heartbeat" -> beating = value != JsonToken.VALUE_NULL;
        case "error_message" -> error = value == JsonToken.VALUE_NULL ? "" : parser.getString();
        default -> parser.skipChildren();
      }
    }
    if (status == null) {
      throw notUnderstood("an agent without a status");
    }
    return new AgentAnswer(status, incarnation, beating, error);
  }

  private static Verdict verdict(String status) throws IOException {
    return switch (status.toLowerCase(Locale.ROOT)) {
      case "healthy" -> Verdict.HEALTHY;
      case "degraded" -> Verdict.DEGRADED;
      case "unhealthy" -> Verdict.UNHEALTHY;
      default -> throw notUnderstood("status " + status);
    };
  }

  private static void expectObject(JsonToken token) throws IOException {
    if (token != JsonToken.START_OBJECT) {
      throw notUnderstood("found " + token + " where an object should begin");
    }
  }

  private static IOException notUnderstood(String what) {
    return new IOException("its answer is not understood: " + what);
  }

  ProbeResult toResult(ProbeTarget target, Duration took) {
    return new ProbeResult(target.agent(), status, incarnation, beating, error, took);
  }
}
