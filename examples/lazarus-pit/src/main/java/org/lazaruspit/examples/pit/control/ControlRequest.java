package org.lazaruspit.examples.pit.control;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.heartbeat.http.ExchangeDeadlines;
import org.lazaruspit.heartbeat.http.Problem;
import org.lazaruspit.heartbeat.http.ProblemException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Request to the daemon that has passed the access check. */
public final class ControlRequest {

  /** Signals that the client has left or was too slow, which is no failure of the daemon. */
  static final class GoneException extends IOException {
    private static final long serialVersionUID = 1L;

    GoneException(IOException cause) {
      super(cause);
    }
  }

  /** Maximum length of a body in bytes. */
  static final int MAX_BODY = 64 * 1024;

  /** Maximum bytes read of an unwanted body, so that its sender gets to see the response. */
  private static final int MAX_DRAINED = 1 << 20;

  private final HttpExchange exchange;
  private final Map<String, String> variables;

  ControlRequest(HttpExchange exchange, Map<String, String> variables) {
    this.exchange = exchange;
    this.variables = variables;
  }

  /** Returns a segment of the path by its name in the route. */
  public String variable(String name) {
    return Objects.requireNonNull(variables.get(name), name);
  }

  /** Returns a query parameter. */
  Optional<String> query(String name) throws ProblemException {
    String query = exchange.getRequestURI().getRawQuery();
    Optional<String> found = Optional.empty();
    for (String pair : query == null ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (decoded(equals < 0 ? pair : pair.substring(0, equals)).equals(name)) {
        if (found.isPresent()) {
          throw ProblemException.of(Problem.BAD_REQUEST, name + ": given twice in the query");
        }
        found = Optional.of(equals < 0 ? "" : decoded(pair.substring(equals + 1)));
      }
    }
    return found;
  }

  /** Returns a header of the request. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  /** Returns the body, an object with no other fields than these; empty if there is no body. */
  public ObjectNode body(Set<String> fields) throws IOException, ProblemException {
    byte[] bytes = bytes();
    if (bytes.length == 0) {
      return Json.object();
    }
    JsonNode value;
    try {
      value = Json.parse(bytes);
    } catch (JacksonException e) {
      throw ProblemException.of(
          Problem.BAD_REQUEST, "the body is not JSON: " + e.getOriginalMessage());
    }
    if (!(value instanceof ObjectNode object)) {
      throw ProblemException.of(Problem.BAD_REQUEST, "the body is not a JSON object");
    }
    for (String name : object.propertyNames()) {
      if (!fields.contains(name)) {
        throw ProblemException.of(
            Problem.BAD_REQUEST,
            name + ": there is no such field, expected " + List.copyOf(new TreeSet<>(fields)));
      }
    }
    return object;
  }

  private byte[] bytes() throws IOException, ProblemException {
    ExchangeDeadlines.readingBody();
    byte[] bytes;
    try {
      bytes = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    } catch (IOException e) {
      throw new GoneException(e);
    }
    if (bytes.length > MAX_BODY) {
      throw ProblemException.of(
          Problem.BODY_TOO_LARGE, "the body is longer than " + MAX_BODY + " bytes");
    }
    ExchangeDeadlines.working();
    return bytes;
  }

  /** Reads and drops the body. */
  static void drain(HttpExchange exchange) throws IOException {
    ExchangeDeadlines.readingBody();
    InputStream in = exchange.getRequestBody();
    byte[] dump = new byte[8192];
    int left = MAX_DRAINED;
    for (int n = in.read(dump); n >= 0 && left > 0; n = in.read(dump)) {
      left -= n;
    }
  }

  static String decoded(String text) {
    // URLDecoder is for forms, where a plus is a space; here a plus is a plus.
    return text.indexOf('%') < 0
        ? text
        : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
