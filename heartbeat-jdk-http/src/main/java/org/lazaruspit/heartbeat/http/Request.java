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

/** One exchange: what it asks for, its body within bounds, and the ways to answer. */
final class Request {

  /** What is read of a body that nobody wants, so that its sender gets to see the answer. */
  private static final int POLITELY_DRAINED = 1 << 20;

  private static final byte[] NOTHING = {};

  private final HttpExchange exchange;
  private final @Nullable String origin;

  Request(HttpExchange exchange) {
    this.exchange = exchange;
    List<String> origins = exchange.getRequestHeaders().get("Origin");
    // No page is of two origins, so what says so is let in by none of them.
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

  /** The web page that it comes from, null if it comes from none. */
  @Nullable String origin() {
    return origin;
  }

  /**
   * The host that it means, null if it names none: that of its target, which outdoes the header.
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

  /** The path below the one that the handler is mounted at, still encoded. */
  String path() {
    String raw = exchange.getRequestURI().getRawPath();
    String mount = exchange.getHttpContext().getPath();
    int end = mount.endsWith("/") ? mount.length() - 1 : mount.length();
    return raw != null && raw.startsWith(mount.substring(0, end)) ? raw.substring(end) : "";
  }

  static String decoded(String segment) {
    // URLDecoder is for forms, where a plus is a space: in a path it is itself.
    return segment.indexOf('%') < 0
        ? segment
        : URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** A query parameter, null where it is absent. */
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

  /** The query parameter {@code incarnation}, {@link WireReader#NONE} where it is absent. */
  long incarnation() throws ProblemException {
    String text = parameter("incarnation");
    if (text == null) {
      return WireReader.NONE;
    }
    if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw ProblemException.of(
          Problem.BAD_FIELD,
          "incarnation: the query says \"" + text + "\", expected a whole number from 0 on");
    }
    return Long.parseLong(text);
  }

  /** Reads the whole body, which must not be longer than this. */
  byte[] body(int limit) throws IOException, ProblemException {
    String length = header("Content-Length");
    if ("0".equals(length) || (length == null && header("Transfer-Encoding") == null)) {
      return NOTHING;
    }
    ExchangeDeadlines.readingBody();
    InputStream in = exchange.getRequestBody();
    byte[] bytes = new byte[firstGuess(length, limit)];
    int filled = 0;
    for (int n = in.read(bytes, 0, bytes.length);
        n >= 0;
        n = in.read(bytes, filled, bytes.length - filled)) {
      filled += n;
      if (filled > limit) {
        throw ProblemException.of(Problem.BODY_TOO_LARGE, "the body may have " + limit + " bytes");
      }
      if (filled == bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.min(2 * filled, limit + 1));
      }
    }
    return filled == bytes.length ? bytes : Arrays.copyOf(bytes, filled);
  }

  /** One more than announced, so that the end is seen without growing. */
  private static int firstGuess(@Nullable String length, int limit) throws ProblemException {
    if (length == null) {
      return 1024;
    }
    // The JDK has already refused what is no number, but not a sign, which others read differently.
    if (length.startsWith("+")) {
      throw ProblemException.of(Problem.BAD_REQUEST, "Content-Length: expected digits only");
    }
    long announced = Long.parseLong(length.strip());
    if (announced > limit) {
      throw ProblemException.of(
          Problem.BODY_TOO_LARGE, "the body has " + announced + " bytes, it may have " + limit);
    }
    return (int) announced + 1;
  }

  /** Answers with JSON that is made in memory, for it is small. */
  void answer(int status, String type, Consumer<JsonWriter> content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonWriter json = new JsonWriter(bytes)) {
      content.accept(json);
    }
    responseHeader("Content-Type", type);
    send(status, bytes);
  }

  /** Answers without a body. */
  void answer(int status) throws IOException {
    ExchangeDeadlines.answering();
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  /** Begins an answer whose length is not known. */
  OutputStream answerInPieces() throws IOException {
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

  /** Refuses the request, after its sender had the chance to get rid of its body. */
  void answer(Problem problem) throws IOException {
    drain();
    switch (problem.status()) {
      case 401 -> responseHeader("WWW-Authenticate", "Bearer realm=\"heartbeats\"");
      case 429, 503 -> responseHeader("Retry-After", "30");
      default -> {}
    }
    answer(problem.status(), "application/problem+json", json -> WireWriter.problem(json, problem));
  }

  private void drain() throws IOException {
    ExchangeDeadlines.readingBody();
    InputStream in = exchange.getRequestBody();
    byte[] dump = new byte[8192];
    int left = POLITELY_DRAINED;
    for (int n = in.read(dump); n >= 0 && left > 0; n = in.read(dump)) {
      left -= n;
    }
  }
}
