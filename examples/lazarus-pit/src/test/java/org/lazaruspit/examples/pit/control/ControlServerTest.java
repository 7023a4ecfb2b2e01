package org.lazaruspit.examples.pit.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.examples.pit.Serving;
import org.lazaruspit.examples.pit.SmallFleet;
import org.lazaruspit.heartbeat.http.ExchangeDeadlines;
import org.lazaruspit.pit.PitConfig.Control;

/** Access to the control interface, and hostile requests. */
@Timeout(60)
final class ControlServerTest {

  private static final String CELL = "4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10";

  @TempDir static Path folder;
  private static Serving serving;

  @BeforeAll
  static void oneCellOfOneAgent() throws Exception {
    SmallFleet fleet = new SmallFleet(folder, ", \"auto_revive\": false, \"poll_interval\": 3600");
    SmallFleet.agent(fleet.cell(UUID.fromString(CELL)), "writer");
    serving = Serving.start(fleet.config());
    serving.awaitReport(report -> report.agents().size() == 1);
  }

  @AfterAll
  static void end() throws IOException {
    serving.close();
  }

  private record Reply(int status, String text) {}

  /** Sends a request with exactly the given headers, and reads the response to its end. */
  private static Reply raw(String head, String body) throws IOException {
    URI url = serving.url();
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write((head + "\r\n\r\n" + body).getBytes(ISO_8859_1));
      out.flush();
      return reply(socket);
    }
  }

  private static Reply reply(Socket socket) throws IOException {
    String text = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    return new Reply(text.isEmpty() ? 0 : Integer.parseInt(text.substring(9, 12)), text);
  }

  private static String host() {
    return serving.url().getAuthority();
  }

  private static String head(String request, String... headers) {
    return request + " HTTP/1.1\r\nConnection: close\r\n" + String.join("\r\n", headers);
  }

  private static Reply get(String path) throws IOException {
    return raw(
        head("GET " + path, "Host: " + host(), "Authorization: Bearer " + serving.token()), "");
  }

  private static Reply post(String path, String body) throws IOException {
    return raw(
        head(
            "POST " + path,
            "Host: " + host(),
            "Authorization: Bearer " + serving.token(),
            "Content-Length: " + body.length()),
        body);
  }

  private static void assertProblem(int status, String detail, Reply reply) {
    assertEquals(status, reply.status(), reply::text);
    assertTrue(reply.text().contains("application/problem+json"), reply::text);
    assertTrue(reply.text().contains(detail), reply::text);
    assertFalse(reply.text().contains("at org.lazaruspit"), reply::text);
  }

  @Test
  void requestWithTheTokenIsAccepted() throws IOException {
    Reply reply = get("/api/status");
    assertEquals(200, reply.status(), reply::text);
    assertTrue(reply.text().contains("X-content-type-options: nosniff"), reply::text);
    assertTrue(reply.text().contains("Cache-control: no-store"), reply::text);
    assertEquals(200, raw(head("GET /livez", "Host: " + host()), "").status());
    String named = host().replace("127.0.0.1", "LOCALHOST");
    assertEquals(200, raw(head("GET /livez", "Host: " + named), "").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X: y",
        "Authorization: Bearer",
        "Authorization: Bearer ",
        "Authorization: Bearer wrong",
        "Authorization: Basic TOKEN",
        "Authorization: Bearer TOKENx",
        "Authorization: Bearer TOKEN\r\nAuthorization: Bearer wrong",
        "Cookie: token=TOKEN"
      })
  void requestWithoutTheTokenIsRefused(String header) throws IOException {
    String given = header.replace("TOKEN", serving.token());
    for (String path : new String[] {"/api/status?token=" + serving.token(), "/nowhere"}) {
      Reply reply = raw(head("GET " + path, "Host: " + host(), given), "");
      assertProblem(401, "unauthorized", reply);
      assertTrue(reply.text().contains("Www-authenticate: Bearer"), reply::text);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: evil.example",
        "Host: evil.example:PORT",
        "Host: 127.0.0.1",
        "Host: 127.0.0.1:1",
        "Host: 127.0.0.1:PORT.evil.example",
        "Host: 127.0.0.1:PORT\r\nHost: evil.example",
        "X: no host at all"
      })
  void requestForAnotherHostIsRefused(String header) throws IOException {
    String given = header.replace("PORT", String.valueOf(serving.url().getPort()));
    String token = "Authorization: Bearer " + serving.token();
    Reply reply = raw(head("GET /livez", given, token), "");
    assertTrue(reply.status() == 421 || reply.status() == 400, reply::text);
    Reply absolute = raw(head("GET http://evil.example/livez", "Host: " + host(), token), "");
    assertProblem(421, "host-not-allowed", absolute);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example",
        "null",
        "https://HOST",
        "http://127.0.0.1:1",
        "http://HOST/"
      })
  void webPageOfAnotherOriginIsRefused(String origin) throws IOException {
    String given = "Origin: " + origin.replace("HOST", host());
    String token = "Authorization: Bearer " + serving.token();
    Reply reply = raw(head("GET /livez", "Host: " + host(), given, token), "");
    assertProblem(403, "origin-not-allowed", reply);
    Reply own = raw(head("GET /livez", "Host: " + host(), "Origin: http://" + host()), "");
    assertEquals(200, own.status(), own::text);
    assertFalse(own.text().contains("Access-control"), own::text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/api/orders | {\"order\" | 400 | not JSON",
        "/api/orders | [] | 400 | not a JSON object",
        "/api/orders | {} {} | 400 | not JSON",
        "/api/orders | {\"order\": \"stop\", \"order\": \"lift\"} | 400 | not JSON",
        "/api/orders | `` | 400 | order: missing",
        "/api/orders | {\"order\": 7} | 400 | order: 7 is not a text",
        "/api/orders | {\"order\": \"stop\"} | 400 | agent: missing",
        "/api/orders | {\"order\": \"kill\", \"agent\": \"writer\"} | 400 | is not revive, stop",
        "/api/orders | {\"order\": \"stop\", \"agents\": []} | 400 | there is no such field",
        "/api/orders | {\"order\": \"stop\", \"agent\": \"missing\"} | 404 | there is no agent missing",
        "/api/orders | {\"order\": \"stop\", \"agent\": \"../../x\"} | 404 | there is no agent ../../x",
        "/api/orders | {\"order\": \"stop\", \"agent\": \"\"} | 404 | no agent",
        "/api/orders | {\"order\": \"stop\", \"cell\": \"../x\"} | 400 | is not a UUID",
        "/api/orders | {\"order\": \"stop\", \"cell\": \"1-2-3-4-5\"} | 400 | is not a UUID",
        "/api/orders | {\"order\": \"stop\", \"cell\": \"CELL\", \"agent\": \"\"} | 404 | is not an agent",
        "/api/orders | {\"order\": \"lift\", \"cell\": \"OTHER\"} | 404 | is not owned",
        "/api/orders | {\"order\": \"revive\", \"cell\": \"OTHER\"} | 404 | is not owned",
        "/api/orders | {\"order\": \"stop\", \"agent\": \"writer\", \"until\": \"2099-01-01T00:00:00Z\"} | 400 | only a pause",
        "/api/orders | {\"order\": \"pause\", \"agent\": \"writer\", \"until\": \"soon\"} | 400 | is not an instant",
        "/api/orders | {\"order\": \"pause\", \"agent\": \"writer\", \"until\": \"2001-01-01T00:00:00Z\"} | 400 | is past",
        "/api/revivals/rv-0/approve | {} | 404 | there is no revival rv-0",
        "/api/revivals/%2e%2e%2fx/approve | {} | 404 | there is no revival ../x",
        "/api/revivals/rv-0/deny | {} | 400 | reason: missing",
        "/api/revivals/rv-0/deny | {\"reason\": \" \"} | 400 | reason: missing",
        "/api/revivals/rv-0/deny | {\"reason\": \"no\"} | 404 | there is no revival",
        "/api/revivals/rv-0/burn | {} | 404 | nothing is under this path",
        "/api/status | {} | 405 | this path takes [GET]"
      })
  void invalidRequestIsRefusedWithItsReason(String path, String body, int status, String detail)
      throws IOException {
    String sent = body.replace("CELL", CELL).replace("OTHER", UUID.randomUUID().toString());
    assertProblem(status, detail, post(path, sent));
    assertTrue(
        serving.pit().engine().restrictions(serving.pit().engine().agents().get(0)).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/why?agent=..%2F..%2Fetc | 404",
        "/api/why?agent=a&agent=b | 400",
        "/api/why?cell=x | 400",
        "/api/why | 400",
        "/api/orders | 405",
        "/api/../api/status | 404",
        "//api/status | 421",
        "/api/revivals/..%00 | 404",
        "/ap%69/status | 200"
      })
  void tricksWithPathsLeadNowhere(String path, int status) throws IOException {
    assertEquals(status, get(path).status(), path);
  }

  @Test
  void aReasonHasABound() throws IOException {
    String body =
        "{\"order\": \"stop\", \"agent\": \"writer\", \"reason\": \"" + "x".repeat(2001) + "\"}";
    assertProblem(400, "2000 characters", post("/api/orders", body));
  }

  @Test
  void aBodyThatIsTooLongIsNotRead() throws IOException {
    assertProblem(413, "body-too-large", post("/api/orders", " ".repeat(65_537)));
    Reply chunked =
        raw(
            head(
                "POST /api/orders",
                "Host: " + host(),
                "Authorization: Bearer " + serving.token(),
                "Transfer-Encoding: chunked"),
            "11000\r\n" + " ".repeat(0x11000) + "\r\n0\r\n\r\n");
    assertProblem(413, "body-too-large", chunked);
  }

  /** Deep nesting costs the parser no stack. */
  @Test
  void aBodyThatIsTooDeepIsRefused() throws IOException {
    assertProblem(400, "not JSON", post("/api/orders", "[".repeat(60_000)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /read HTTP/1.1\r\nHost: ",
        "POST /read HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer T\r\nContent-Length: 9\r\n\r\n{",
        "POST /read HTTP/1.1\r\nHost: HOST\r\nContent-Length: 9\r\n\r\n{"
      })
  void aClientThatSendsNoWholeRequestIsCutOff(String beginning) throws IOException {
    Duration limit = Duration.ofMillis(100);
    Route read = Route.post("/read", request -> Response.json(request.body(Set.of())));
    try (ControlServer server =
        ControlServer.open(
            Control.DEFAULT,
            "T",
            List.of(read),
            new ExchangeDeadlines.Limits(limit, limit, limit))) {
      server.start();
      URI url = server.uri();
      try (Socket socket = new Socket(url.getHost(), url.getPort())) {
        String sent = beginning.replace("HOST", url.getAuthority());
        socket.getOutputStream().write(sent.getBytes(ISO_8859_1));
        // The rest is never sent: the test passes if reading ends.
        assertFalse(reply(socket).text().contains("200 OK"));
      } catch (SocketException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("reset"), e::toString);
      }
    }
  }

  /** The documentation lists every route. */
  @Test
  void everyRouteIsDescribed() throws IOException {
    String page = Files.readString(Path.of("..", "..", "docs", "command-line.md"));
    Set<String> routes = new TreeSet<>();
    for (Route route : serving.routes()) {
      routes.add(route.method() + " /" + String.join("/", route.path()));
    }
    Set<String> described = new TreeSet<>();
    Matcher row = Pattern.compile("(?m)^\\| `((?:GET|POST) [^`?]+)").matcher(page);
    while (row.find()) {
      described.add(row.group(1));
    }
    assertFalse(routes.isEmpty());
    routes.removeAll(described);
    assertEquals(Set.of(), routes, "not in docs/command-line.md");
  }

  @Test
  void theTokenIsInNoAnswer() throws IOException {
    for (String path : new String[] {"/api/status", "/api/report", "/api/revivals", "/livez"}) {
      Reply reply = get(path);
      assertEquals(200, reply.status(), reply::text);
      assertFalse(reply.text().contains(serving.token()), path);
    }
  }
}
