package org.lazaruspit.examples.pit.control;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.text.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a request is answered with. Immutable. */
public final class Response {

  private static final byte[] NOTHING = {};

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;
  private final @Nullable Stream stream;

  /** Writes an answer that ends when its reader leaves, or the daemon does. */
  @FunctionalInterface
  public interface Stream {
    /**
     * Writes. While it waits for something to write, {@link Deadlines#resting} should hold, and
     * {@link Deadlines#answering} again before each write.
     */
    void writeTo(OutputStream out) throws IOException, InterruptedException;
  }

  private Response(int status, Map<String, String> headers, byte[] body, @Nullable Stream stream) {
    this.status = status;
    this.headers = Map.copyOf(headers);
    this.body = body;
    this.stream = stream;
  }

  public static Response json(JsonNode value) {
    return of(200, "application/json", Json.bytes(value));
  }

  /** Bytes of some type, for example {@code text/html; charset=utf-8}. */
  public static Response of(int status, String type, byte[] body) {
    return new Response(status, Map.of("Content-Type", type), body, null);
  }

  /** An answer without an end that is known. */
  public static Response stream(String type, Stream stream) {
    return new Response(200, Map.of("Content-Type", type), NOTHING, stream);
  }

  /** RFC 9457. */
  public static Response problem(HttpProblem.Kind kind, @Nullable String detail) {
    return of(kind.status(), "application/problem+json", Json.bytes(problemJson(kind, detail)));
  }

  private static ObjectNode problemJson(HttpProblem.Kind kind, @Nullable String detail) {
    ObjectNode problem = Json.object();
    problem.put(
        "type", "urn:lazaruspit:problem:" + kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    problem.put("title", kind.title());
    problem.put("status", kind.status());
    problem.put("detail", String.valueOf(detail));
    return problem;
  }

  /** The same with every problem by itself. */
  public static Response problem(
      HttpProblem.Kind kind, @Nullable String detail, List<String> problems) {
    ObjectNode problem = problemJson(kind, detail);
    ArrayNode all = problem.putArray("problems");
    problems.forEach(all::add);
    return of(kind.status(), "application/problem+json", Json.bytes(problem));
  }

  /** The same with a further header. */
  public Response with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Response(status, more, body, stream);
  }

  void send(HttpExchange exchange) throws IOException, InterruptedException {
    Deadlines.answering();
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    headers.forEach(exchange.getResponseHeaders()::set);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
    } else if (stream != null) {
      exchange.sendResponseHeaders(status, 0);
      stream.writeTo(exchange.getResponseBody());
    } else {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
