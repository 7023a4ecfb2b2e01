package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lazaruspit.heartbeat.HealthRegistry;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AccessTest {

  private static final TokenCheck TOKENS =
      TokenCheck.builder()
          .token("master")
          .agentToken("a", "token-of-a")
          .agentToken("b", "token-of-b")
          .build();

  private static String bearer(String token) {
    return "Authorization: Bearer " + token + "\r\n";
  }

  private static RawClient.Response request(
      ServerFixture gateway, String token, String method, String path, String body)
      throws IOException {
    return RawClient.once(gateway.server(), method, path, bearer(token), body);
  }

  @Test
  void withoutTheTokenOnlyLivenessIsAvailable() throws IOException {
    try (ServerFixture gateway = ServerFixture.open(s -> s.token("secret"))) {
      for (String path : List.of("/health", "/agent/a", "/events", "/nothing")) {
        RawClient.Response response = gateway.request("GET", path);
        assertEquals(401, response.status(), path);
        assertEquals("unauthorized", response.problem());
        assertTrue(response.header("WWW-Authenticate").startsWith("Bearer"));
      }
      assertEquals(401, gateway.request("POST", "/heartbeat/a", "{}").status());
      assertEquals(
          401, gateway.request("POST", "/heartbeats", "{\"agents\": {\"a\": {}}}").status());
      assertEquals(401, gateway.request("PUT", "/agent/a").status());
      assertEquals(200, gateway.request("GET", "/livez").status());
      assertEquals(0, gateway.registry().size());
    }
  }

  @Test
  void onlyTheWholeTokenIsAccepted() throws IOException {
    try (ServerFixture gateway = ServerFixture.open(s -> s.token("secret"))) {
      assertEquals(200, request(gateway, "secret", "POST", "/heartbeat/a", "").status());
      for (String wrong :
          List.of("", "s", "secre", "secrets", "Secret", "secret secret", "\u00e4")) {
        assertEquals(401, request(gateway, wrong, "POST", "/heartbeat/b", "").status(), wrong);
      }
      RawClient.Response basic =
          RawClient.once(gateway.server(), "GET", "/health", "Authorization: Basic secret\r\n", "");
      assertEquals(401, basic.status());
      assertFalse(basic.body().contains("secret"));
    }
  }

  @Test
  void agentsTokenPermitsThisAgentOnly() throws IOException {
    try (ServerFixture gateway = ServerFixture.open(s -> s.tokens(TOKENS))) {
      assertEquals(200, request(gateway, "token-of-a", "POST", "/heartbeat/a", "").status());
      assertEquals(
          200, request(gateway, "token-of-a", "POST", "/failure/a", "{\"error\": \"x\"}").status());
      assertEquals(200, request(gateway, "token-of-a", "GET", "/agent/a", "").status());
      assertEquals(200, request(gateway, "token-of-a", "PUT", "/agent/a", "").status());
      for (String path : List.of("/heartbeat/b", "/failure/b")) {
        assertEquals(
            "forbidden",
            request(gateway, "token-of-a", "POST", path, "{\"error\": \"x\"}").problem());
      }
      assertEquals("forbidden", request(gateway, "token-of-a", "GET", "/agent/b", "").problem());
      assertEquals("forbidden", request(gateway, "token-of-a", "PUT", "/agent/b", "").problem());
      assertEquals("forbidden", request(gateway, "token-of-a", "DELETE", "/agent/b", "").problem());
      assertEquals("forbidden", request(gateway, "token-of-a", "GET", "/health", "").problem());
      assertEquals("forbidden", request(gateway, "token-of-a", "GET", "/events", "").problem());
      assertEquals(1, gateway.registry().size());
      assertEquals(204, request(gateway, "token-of-a", "DELETE", "/agent/a", "").status());
      assertEquals(200, request(gateway, "master", "GET", "/health", "").status());
    }
  }

  @Test
  void amongManyHeartbeatsAnAgentsTokenPermitsItsOwn() throws IOException {
    try (ServerFixture gateway = ServerFixture.open(s -> s.tokens(TOKENS))) {
      RawClient.Response response =
          request(
              gateway, "token-of-a", "POST", "/heartbeats", "{\"agents\": {\"a\": {}, \"b\": {}}}");
      assertEquals(1, response.at("accepted"));
      assertEquals(403, response.at("refused", "b", "status"));
      assertFalse(gateway.registry().find("b").isPresent());
    }
  }

  @Test
  void agentsTokenPermitsNoAgentWithASimilarId() throws IOException {
    try (ServerFixture gateway = ServerFixture.open(s -> s.tokens(TOKENS))) {
      for (String id : List.of("ab", "a.1", "a-", "A", "_a")) {
        assertEquals(
            "forbidden",
            request(gateway, "token-of-a", "POST", "/heartbeat/" + id, "").problem(),
            id);
      }
      assertEquals(0, gateway.registry().size());
    }
  }

  @Test
  void refusalForAnotherAgentRevealsNothingAboutIt() throws IOException {
    try (ServerFixture gateway = ServerFixture.open(s -> s.tokens(TOKENS))) {
      gateway.registry().register("b", java.util.Map.of(), 5);
      RawClient.Response unknown = request(gateway, "token-of-a", "POST", "/heartbeat/unknown", "");
      assertEquals("forbidden", unknown.problem());
      String refusal = unknown.body();
      for (String body : List.of("", "{\"incarnation\": 4}", "{\"incarnation\": \"x\"}", "{")) {
        for (String path : List.of("/heartbeat/b", "/failure/b")) {
          assertEquals(
              refusal, request(gateway, "token-of-a", "POST", path, body).body(), path + body);
        }
        assertEquals(refusal, request(gateway, "token-of-a", "PUT", "/agent/b", body).body(), body);
      }
      for (String beat : List.of("{\"incarnation\": 4}", "{\"incarnation\": \"x\"}", "7")) {
        RawClient.Response many =
            request(
                gateway,
                "token-of-a",
                "POST",
                "/heartbeats",
                "{\"agents\": {\"b\": " + beat + "}}");
        assertEquals(JsonTree.of(refusal), many.at("refused", "b"), beat);
      }
    }
  }

  @Test
  void withoutTokenTheServerBindsToLoopbackOnly() throws IOException {
    try (HealthRegistry registry = HealthRegistry.create()) {
      HeartbeatServer.Builder open = HeartbeatServer.builder(registry).host("0.0.0.0").port(0);
      String message =
          String.valueOf(assertThrows(IllegalStateException.class, open::start).getMessage());
      assertTrue(message.startsWith("host: 0.0.0.0"), message);
    }
    try (ServerFixture permitted = ServerFixture.open(s -> s.host("0.0.0.0").withoutToken())) {
      assertEquals(200, permitted.request("GET", "/livez").status());
    }
    try (ServerFixture withToken = ServerFixture.open(s -> s.host("0.0.0.0").token("x"))) {
      assertEquals(401, withToken.request("GET", "/health").status());
    }
    try (ServerFixture byDefault = ServerFixture.open()) {
      assertTrue(byDefault.server().address().getAddress().isLoopbackAddress());
    }
  }

  private static int withHost(ServerFixture gateway, String host) throws IOException {
    try (RawClient client = RawClient.to(gateway.server())) {
      client.send("GET /health HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      RawClient.Response response = client.response();
      if (response.status() != 200) {
        assertEquals("host-not-allowed", response.problem());
      }
      return response.status();
    }
  }

  @Test
  void pageWithAForeignHostNameDoesNotReachALoopbackGateway() throws IOException {
    try (ServerFixture gateway = ServerFixture.open()) {
      for (String host :
          List.of("localhost", "127.0.0.1:8080", "LOCALHOST:1", "[::1]:8080", "[::1]")) {
        assertEquals(200, withHost(gateway, host), host);
      }
      for (String host :
          List.of(
              "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", ":80")) {
        assertEquals(403, withHost(gateway, host), host);
      }
    }
  }

  @Test
  void namesOfTheGatewayCanBeAllowed() throws IOException {
    try (ServerFixture gateway =
        ServerFixture.open(s -> s.handler(h -> h.allowHosts("gateway.example")))) {
      assertEquals(200, withHost(gateway, "gateway.example:80"));
      assertEquals(200, withHost(gateway, "localhost"));
      assertEquals(403, withHost(gateway, "evil.example"));
    }
    try (ServerFixture any = ServerFixture.open(s -> s.handler(h -> h.allowHosts("*")))) {
      assertEquals(200, withHost(any, "evil.example"));
    }
  }

  private static RawClient.Response from(ServerFixture gateway, String method, String origin)
      throws IOException {
    return RawClient.once(
        gateway.server(), method, "/heartbeat/a", "Origin: " + origin + "\r\n", "");
  }

  @Test
  void pageOfAnotherOriginIsRefused() throws IOException {
    try (ServerFixture gateway = ServerFixture.open()) {
      for (String origin :
          List.of("https://evil.example", "null", "http://localhost:9", "file://")) {
        assertEquals("origin-not-allowed", from(gateway, "POST", origin).problem());
      }
      assertEquals(0, gateway.registry().size());
      assertEquals(200, from(gateway, "POST", "http://localhost").status());
    }
  }

  @Test
  void pageOfAnAllowedOriginMaySendAndRead() throws IOException {
    String console = "https://console.example";
    try (ServerFixture gateway =
        ServerFixture.open(s -> s.token("x").handler(h -> h.allowOrigins(console)))) {
      RawClient.Response preflight = from(gateway, "OPTIONS", console);
      assertEquals(204, preflight.status());
      assertEquals(console, preflight.header("Access-Control-Allow-Origin"));
      assertTrue(preflight.header("Access-Control-Allow-Headers").contains("Authorization"));
      RawClient.Response refused = from(gateway, "POST", console);
      assertEquals(401, refused.status());
      assertEquals(console, refused.header("Access-Control-Allow-Origin"));
      assertEquals(
          "", from(gateway, "POST", "https://evil.example").header("Access-Control-Allow-Origin"));
    }
  }

  private static RawClient.Response raw(ServerFixture gateway, String head) throws IOException {
    try (RawClient client = RawClient.to(gateway.server())) {
      return client.send(head + "\r\n\r\n").response();
    }
  }

  @Test
  void hostIsTheTargetsHostAndGivenOnce() throws IOException {
    try (ServerFixture gateway = ServerFixture.open()) {
      String foreign = "GET http://evil.example/livez HTTP/1.1\r\nHost: localhost";
      assertEquals("host-not-allowed", raw(gateway, foreign).problem());
      for (String second : List.of("evil.example", "localhost")) {
        String twice = "GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: " + second;
        assertEquals("bad-request", raw(gateway, twice).problem());
      }
      String whole = "GET http://localhost:1/livez HTTP/1.1\r\nHost: ignored";
      assertEquals(200, raw(gateway, whole).status());
      String origins = "\r\nOrigin: http://localhost\r\nOrigin: https://evil.example";
      assertEquals(
          "origin-not-allowed",
          raw(gateway, "GET /livez HTTP/1.1\r\nHost: localhost" + origins).problem());
    }
  }
}
