package org.lazaruspit.examples.pit.control;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.heartbeat.http.ExchangeDeadlines;
import org.lazaruspit.heartbeat.http.Problem;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Response to a request. Immutable. */
public final class Response {

  private static final byte[] NOTHING = {};

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;
  private final @Nullable Stream stream;

  /** Body without a known end: until its reader leaves or the daemon ends. */
  @FunctionalInterface
  public interface Stream {
    /**
     * Writes the body. Calls {@link ExchangeDeadlines#resting} before each wait, and {@link
     * ExchangeDeadlines#answering} before each write.
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

  /** Returns a response of a content type, for example {@code text/html; charset=utf-8}. */
  public static Response of(int status, String type, byte[] body) {
    return new Response(status, Map.of("Content-Type", type), body, null);
  }

  /** Returns a response with a stream as its body. */
  public static Response stream(String type, Stream stream) {
    return new Response(200, Map.of("Content-Type", type), NOTHING, stream);
  }

  /** Returns a problem (RFC 9457) of a type of {@link DaemonProblem}. */
  public static Response problem(String type, @Nullable String detail) {
    return problem(type, detail, List.of());
  }

  /** Returns a problem with its single findings, if there are any. */
  public static Response problem(String type, @Nullable String detail, List<String> findings) {
    Problem problem = DaemonProblem.of(type, detail);
    ObjectNode json = Json.object();
    json.put("type", type);
    json.put("title", problem.title());
    json.put("status", problem.status());
    json.put("detail", problem.detail());
    if (!findings.isEmpty()) {
      findings.forEach(json.putArray("problems")::add);
    }
    return of(problem.status(), "application/problem+json", Json.bytes(json));
  }

  /** Returns this response with a further header. */
  public Response with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Response(status, more, body, stream);
  }

  void send(HttpExchange exchange) throws IOException, InterruptedException {
    ExchangeDeadlines.answering();
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
