package org.lazaruspit.heartbeat.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.Incarnation;

/** Request of an exchange with a bounded body, and methods to respond. Used by a single thread. */
final class Request {

  /** Bytes read of an unused body, so that its sender receives the response. */
  private static final int MAX_DRAINED = 1 << 20;

  private static final byte[] EMPTY = {};

  private final HttpExchange exchange;
  private final @Nullable String origin;

  Request(HttpExchange exchange) {
    this.exchange = exchange;
    List<String> origins = exchange.getRequestHeaders().get("Origin");
    // A page has one origin: joined origins match no allowed origin.
    this.origin = origins == null ? null : String.join(", ", origins);
  }

  HttpExchange exchange() {
    return exchange;
  }

  String method() {
    return exchange.getRequestMethod();
  }

  boolean isHead() {
    return method().equals("HEAD");
  }

  /** Returns the origin of the web page that sent the request, or null. */
  @Nullable String origin() {
    return origin;
  }

  /**
   * Returns the host of the request, or null: the host of its target, which overrides the header.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2">RFC 9112, 3.2.2</a>
   */
  @Nullable String host() throws ProblemException {
    URI target = exchange.getRequestURI();
    if (target.getScheme() != null) {
      return target.getRawAuthority();
    }
    List<String> hosts = exchange.getRequestHeaders().get("Host");
    if (hosts != null && hosts.size() > 1) {
      throw ProblemException.of(Problem.BAD_REQUEST, "the Host header is given more than once");
    }
    return hosts == null ? null : hosts.get(0);
  }

  @Nullable String header(String name) {
    return exchange.getRequestHeaders().getFirst(name);
  }

  void responseHeader(String name, String value) {
    exchange.getResponseHeaders().set(name, value);
  }

  /** Returns the encoded path below the handler's mount path. */
  String path() {
    String raw = exchange.getRequestURI().getRawPath();
    String mount = exchange.getHttpContext().getPath();
    int end = mount.endsWith("/") ? mount.length() - 1 : mount.length();
    return raw != null && raw.startsWith(mount.substring(0, end)) ? raw.substring(end) : "";
  }

  static String decoded(String segment) {
    // URLDecoder decodes forms, where a plus is a space; in a path a plus is a plus.
    return segment.indexOf('%') < 0
        ? segment
        : URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Returns a query parameter, null if absent. */
  @Nullable String parameter(String name) throws ProblemException {
    String query = exchange.getRequestURI().getRawQuery();
    String found = null;
    if (query != null) {
      for (String pair : query.split("&", -1)) {
        int equals = pair.indexOf('=');
        String key = decoded(equals < 0 ? pair : pair.substring(0, equals));
        if (key.equals(name)) {
          if (found != null) {
            throw ProblemException.of(Problem.BAD_FIELD, name + ": given twice in the query");
          }
          found = equals < 0 ? "" : decoded(pair.substring(equals + 1));
        }
      }
    }
    return found;
  }

  /** Returns the query parameter {@code incarnation}, {@link WireReader#NONE} if absent. */
  long incarnation() throws ProblemException {
    String text = parameter("incarnation");
    if (text == null) {
      return WireReader.NONE;
    }
    boolean digits =
        !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits || Long.parseLong(text) > Incarnation.MAX) {
      throw ProblemException.of(
          Problem.BAD_FIELD,
          "incarnation: \"" + text + "\" in the query, expected " + WireReader.INCARNATION);
    }
    return Long.parseLong(text);
  }

  /** Reads the whole body, up to the limit in bytes. */
  byte[] body(int limit) throws IOException, ProblemException {
    String length = header("Content-Length");
    if ("0".equals(length) || (length == null && header("Transfer-Encoding") == null)) {
      return EMPTY;
    }
    ExchangeDeadlines.readingBody();
    InputStream in = exchange.getRequestBody();
    byte[] bytes = new byte[initialSize(length, limit)];
    int filled = 0;
    for (int n = in.read(bytes, 0, bytes.length);
        n >= 0;
        n = in.read(bytes, filled, bytes.length - filled)) {
      filled += n;
      if (filled > limit) {
        throw ProblemException.of(
            Problem.BODY_TOO_LARGE, "the body is longer than " + limit + " bytes");
      }
      if (filled == bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.min(2 * filled, limit + 1));
      }
    }
    return filled == bytes.length ? bytes : Arrays.copyOf(bytes, filled);
  }

  /** Returns one byte more than announced, so that the end is found without growing. */
  private static int initialSize(@Nullable String length, int limit) throws ProblemException {
    if (length == null) {
      return 1024;
    }
    // The JDK has refused invalid numbers, but accepts a sign, which other programs read
    // differently.
    if (length.startsWith("+")) {
      throw ProblemException.of(Problem.BAD_REQUEST, "Content-Length: expected digits only");
    }
    long announced = Long.parseLong(length.strip());
    if (announced > limit) {
      throw ProblemException.of(
          Problem.BODY_TOO_LARGE, "the body has " + announced + " bytes, the limit is " + limit);
    }
    return (int) announced + 1;
  }

  /** Responds with small JSON, built in memory. */
  void respond(int status, String type, Consumer<JsonWriter> content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonWriter json = new JsonWriter(bytes)) {
      content.accept(json);
    }
    responseHeader("Content-Type", type);
    send(status, bytes);
  }

  /** Responds without a body. */
  void respond(int status) throws IOException {
    ExchangeDeadlines.answering();
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  /** Starts a response of unknown length. */
  OutputStream respondChunked() throws IOException {
    ExchangeDeadlines.answering();
    responseHeader("Cache-Control", "no-store");
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  private void send(int status, ByteArrayOutputStream bytes) throws IOException {
    ExchangeDeadlines.answering();
    Headers headers = exchange.getResponseHeaders();
    headers.set("Cache-Control", "no-store");
    if (isHead()) {
      headers.set("Content-Length", Integer.toString(bytes.size()));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, bytes.size());
      bytes.writeTo(exchange.getResponseBody());
    }
    exchange.close();
  }

  /** Responds with a problem, after the rest of the body was read. */
  void respond(Problem problem) throws IOException {
    drain();
    switch (problem.status()) {
      case 401 -> responseHeader("WWW-Authenticate", "Bearer realm=\"heartbeats\"");
      case 429, 503 -> responseHeader("Retry-After", "30");
      default -> {}
    }
    respond(
        problem.status(), "application/problem+json", json -> WireWriter.problem(json, problem));
  }

  private void drain() throws IOException {
    ExchangeDeadlines.readingBody();
    InputStream in = exchange.getRequestBody();
    byte[] discarded = new byte[8192];
    int left = MAX_DRAINED;
    for (int n = in.read(discarded); n >= 0 && left > 0; n = in.read(discarded)) {
      left -= n;
    }
  }
}
