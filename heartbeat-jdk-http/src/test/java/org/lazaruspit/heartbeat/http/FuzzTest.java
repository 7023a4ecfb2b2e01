package org.lazaruspit.heartbeat.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.AgentHealth;

/**
 * Random requests: each connection ends with or without a response, and refused requests change
 * nothing.
 */
class FuzzTest {

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

  private static @Nullable ServerFixture shared;

  @BeforeContainer
  static void open() throws IOException {
    Duration limit = Duration.ofSeconds(2);
    shared = ServerFixture.open(s -> s.limits(limit, limit, limit));
    shared.registry().register("known", Map.of("k", "v"), 3);
  }

  @AfterContainer
  static void close() {
    gateway().close();
    assertEquals(List.of(), OurThreads.alive());
  }

  private static ServerFixture gateway() {
    if (shared == null) {
      throw new IllegalStateException("not open");
    }
    return shared;
  }

  @Provide
  Arbitrary<String> bodies() {
    Arbitrary<String> values =
        Arbitraries.of(
            "1",
            "-1",
            "0",
            "\"x\"",
            "\"\\ud800\"",
            "null",
            "true",
            "[]",
            "{}",
            "{\"for\": \"quota\"}",
            "{\"for\": \"x\", \"until\": 1e400}",
            "{\"k\": [null]}",
            "1e999",
            "99999999999999999999",
            "[[[[",
            "\"");
    Arbitrary<String> names =
        Arbitraries.of(
            "metadata",
            "incarnation",
            "progress",
            "waiting",
            "response_time",
            "error",
            "agents",
            "",
            "x",
            "\\u0000");
    Arbitrary<String> fields =
        Combinators.combine(names, values).as((name, value) -> "\"" + name + "\": " + value);
    Arbitrary<String> objects =
        fields.list().ofMaxSize(4).map(list -> "{" + String.join(", ", list) + "}");
    Arbitrary<String> nested =
        objects.map(object -> "{\"agents\": {\"known\": " + object + ", \"b\": {}}}");
    return Arbitraries.oneOf(
        objects, nested, Arbitraries.strings().ofMaxLength(40), Arbitraries.just(""));
  }

  @Provide
  Arbitrary<String> paths() {
    Arbitrary<String> ids =
        Arbitraries.oneOf(
            Arbitraries.of(
                "known", "new", "", "%", "%zz", "%2e%2e", "a/b", "..", "?", "#", "%00", "a%0d%0ab"),
            Arbitraries.strings().withCharRange('!', '~').ofMaxLength(8));
    Arbitrary<String> routes =
        Arbitraries.of(
            "/heartbeat/",
            "/agent/",
            "/failure/",
            "/health",
            "/heartbeats",
            "/livez",
            "/",
            "",
            "*",
            "http://x/agent/",
            "/health?status=",
            "/heartbeat/known?incarnation=");
    return Combinators.combine(routes, ids).as((route, id) -> route + id);
  }

  @Provide
  Arbitrary<String> heads() {
    Arbitrary<String> lines =
        Arbitraries.of(
            "Host: localhost",
            "Host: evil",
            "Host:",
            "Content-Length: 0",
            "Content-Length: -1",
            "Content-Length: 5",
            "Content-Length: 99999999999",
            "Content-Length: x",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: gzip, chunked",
            "Expect: 100-continue",
            "Connection: close",
            "Origin: http://x",
            "Authorization: Bearer x",
            "Accept-Encoding: gzip;q=x",
            "Accept-Encoding: ;;,,gzip",
            ": empty",
            "No colon",
            " folded",
            "X: \u0000",
            "Last-Event-ID: \u00ff");
    return lines
        .list()
        .ofMaxSize(4)
        .map(list -> list.stream().map(l -> l + "\r\n").collect(Collectors.joining()));
  }

  @Provide
  Arbitrary<byte[]> requests() {
    Arbitrary<String> methods =
        Arbitraries.of(
            "GET",
            "POST",
            "PUT",
            "DELETE",
            "HEAD",
            "OPTIONS",
            "PATCH",
            "TRACE",
            "CONNECT",
            "",
            "get",
            "P\u00d6ST");
    Arbitrary<String> versions =
        Arbitraries.of("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/9", "", "x y");
    Arbitrary<byte[]> likely =
        Combinators.combine(
                methods, paths(), versions, heads(), bodies(), Arbitraries.integers().between(0, 3))
            .as(
                (method, path, version, head, body, kind) -> {
                  byte[] bytes = body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
                  String length =
                      kind == 0
                          ? ""
                          : "Host: localhost\r\nContent-Length: " + bytes.length + "\r\n";
                  String start =
                      method
                          + " "
                          + path
                          + " "
                          + version
                          + "\r\n"
                          + length
                          + (kind > 1 ? "" : head)
                          + "\r\n";
                  return (start + new String(bytes, ISO_8859_1)).getBytes(ISO_8859_1);
                });
    Arbitrary<byte[]> anyBytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
    Arbitrary<byte[]> several = likely.list().ofMinSize(2).ofMaxSize(4).map(FuzzTest::joined);
    return Arbitraries.frequencyOf(
        net.jqwik.api.Tuple.of(6, likely),
        net.jqwik.api.Tuple.of(1, anyBytes),
        net.jqwik.api.Tuple.of(2, several));
  }

  private static byte[] joined(List<byte[]> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    parts.forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static Map<String, AgentHealth> state() {
    return gateway().registry().snapshot().agents();
  }

  /** Returns all bytes of the response until the server closes or resets the connection. */
  private static String responseTo(byte[] request) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(gateway().server().address());
      socket.setSoTimeout(20_000);
      ByteArrayOutputStream response = new ByteArrayOutputStream();
      try {
        socket.getOutputStream().write(request);
        socket.shutdownOutput();
        InputStream in = socket.getInputStream();
        for (int c = in.read(); c >= 0; c = in.read()) {
          response.write(c);
        }
      } catch (java.net.SocketException e) {
        // Reset: the server closed the connection while bytes were in transit.
      }
      return response.toString(ISO_8859_1);
    }
  }

  @Property(tries = 1_500, edgeCases = EdgeCasesMode.NONE)
  void everyRequestGetsAResponseOrIsCutOffAndRefusedRequestsChangeNothing(
      @ForAll("requests") byte[] request) throws IOException {
    Map<String, AgentHealth> before = state();
    String response = responseTo(request);
    assertTrue(response.isEmpty() || response.startsWith("HTTP/1.1 "), response);
    boolean accepted = false;
    Matcher status = STATUS.matcher(response);
    while (status.find()) {
      assertTrue(!status.group(1).startsWith("5") || status.group(1).equals("501"), response);
      accepted |= status.group(1).startsWith("2");
    }
    // Responses of the JDK to bad request lines and lengths.
    String withoutJdkTexts = response.replaceAll("(URISyntax|NumberFormat)Exception thrown", "");
    assertTrue(
        !withoutJdkTexts.contains("Exception") && !withoutJdkTexts.contains("\tat "), response);
    if (!accepted) {
      assertEquals(before, state());
    }
    while (gateway().server().runningExchanges() > 0) {
      LockSupport.parkNanos(100_000);
    }
  }
}
