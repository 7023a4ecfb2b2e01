package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lazaruspit.heartbeat.AgentHealth;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HealthRules;
import org.lazaruspit.heartbeat.HealthStatus;
import org.lazaruspit.heartbeat.Waiting;

class RoutesTest {

  private ServerFixture gateway;

  @BeforeEach
  void open() throws IOException {
    gateway = ServerFixture.open();
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  private AgentHealth agent(String id) {
    return gateway.registry().find(id).orElseThrow();
  }

  private static double seconds(@Nullable Object number) {
    return number instanceof Number n ? n.doubleValue() : Double.NaN;
  }

  @Test
  void heartbeatWithoutBodyRegistersAndReturnsTheNextDelay() throws IOException {
    Instant before = Instant.now();
    RawClient.Response response = gateway.request("POST", "/heartbeat/writer-1");
    assertEquals(200, response.status());
    assertEquals("application/json", response.header("Content-Type"));
    assertEquals("no-store", response.header("Cache-Control"));
    assertEquals("ok", response.at("status"));
    assertEquals("writer-1", response.at("agent_id"));
    assertEquals(30, response.at("next_heartbeat"));
    double timestamp = seconds(response.at("timestamp"));
    assertTrue(
        timestamp >= before.getEpochSecond() && timestamp <= Instant.now().getEpochSecond() + 1);
    assertEquals(HealthStatus.HEALTHY, agent("writer-1").status());
  }

  @Test
  void heartbeatReturnsTheIntervalOfTheRules() throws IOException {
    HealthRules rules =
        HealthRules.builder()
            .timeout(Duration.ofSeconds(3))
            .heartbeatInterval(Duration.ofMillis(1500))
            .build();
    try (ServerFixture other =
        ServerFixture.open(HealthRegistry.builder().rules(rules).build(), s -> s)) {
      assertEquals(1.5, other.request("POST", "/heartbeat/a").at("next_heartbeat"));
      other
          .registry()
          .rulesFor("a", rules.toBuilder().heartbeatInterval(Duration.ofSeconds(1)).build());
      assertEquals(1, other.request("POST", "/heartbeat/a").at("next_heartbeat"));
    }
  }

  @Test
  void heartbeatCarriesAllFields() throws IOException {
    String body =
        """
        {"metadata": {"task": "t-7", "Sprache": "日本語 ß", "deep": {"list": [1, 2.5, null, true, "x"]}},
         "response_time": 0.25, "incarnation": 3, "progress": "step 2",
         "waiting": {"for": "quota", "until": "2126-01-31T09:30:00Z"}, "unknown": [{"to": "us"}]}
        """;
    assertEquals(200, gateway.request("POST", "/heartbeat/a", body).status());
    AgentHealth agent = agent("a");
    assertEquals(Duration.ofMillis(250), agent.responseTime());
    assertEquals(3, agent.incarnation());
    assertEquals("step 2", agent.progress());
    Waiting waiting = Objects.requireNonNull(agent.waiting());
    assertEquals("quota", waiting.reason());
    RawClient.Response shown = gateway.request("GET", "/agent/a");
    assertEquals(0.25, shown.at("response_time"));
    assertEquals(3, shown.at("incarnation"));
    assertEquals("step 2", shown.at("progress"));
    assertEquals("quota", shown.at("waiting", "for"));
    assertEquals(String.valueOf(waiting.until()), shown.at("waiting", "until"));
    assertEquals("日本語 ß", shown.at("metadata", "Sprache"));
    assertEquals(Arrays.asList(1, 2.5, null, true, "x"), shown.at("metadata", "deep", "list"));
  }

  @Test
  void dataOfOneAgentCannotBreakTheResponseWithAllAgents() throws IOException {
    String half = "{\"metadata\": {\"k\": \"\\ud800\"}, \"progress\": \"\\udc00\"}";
    assertEquals(200, gateway.request("POST", "/heartbeat/a", half).status());
    assertEquals(200, gateway.request("POST", "/failure/a", "{\"error\": \"\\ud800\"}").status());
    assertEquals("\udc00", gateway.request("GET", "/health").at("agents", "a", "progress"));
  }

  @Test
  void nullDeletesAKeyOfTheMetadata() throws IOException {
    gateway.request("POST", "/heartbeat/a", "{\"metadata\": {\"x\": 1, \"y\": 2}}");
    gateway.request("POST", "/heartbeat/a", "{\"metadata\": {\"x\": null}}");
    assertEquals(Map.of("y", 2), agent("a").metadata());
  }

  @Test
  void metadataPastItsBoundIsRefusedButTheSignOfLifeCounts() throws IOException {
    gateway.registry().register("a");
    gateway.registry().reportFailure("a", "connection lost");
    String big = "{\"metadata\": {\"x\": \"" + "y".repeat(20_000) + "\"}}";
    RawClient.Response response = gateway.request("POST", "/heartbeat/a", big);
    assertEquals(200, response.status());
    assertTrue(String.valueOf(response.at("metadata_refused")).contains("16384"));
    assertEquals(Map.of(), agent("a").metadata());
    assertEquals(HealthStatus.HEALTHY, agent("a").status());
  }

  @Test
  void incarnationMayBeInTheQuery() throws IOException {
    assertEquals(200, gateway.request("POST", "/heartbeat/a?x=1&incarnation=4").status());
    assertEquals(4, agent("a").incarnation());
    assertEquals(
        200,
        gateway.request("POST", "/heartbeat/a?incarnation=4", "{\"incarnation\": 4}").status());
  }

  @Test
  void zombieIsRefusedAndChangesNothing() throws IOException {
    gateway.request("POST", "/heartbeat/a?incarnation=2", "{\"progress\": 1}");
    AgentHealth before = agent("a");
    RawClient.Response older =
        gateway.request("POST", "/heartbeat/a?incarnation=1", "{\"progress\": 2}");
    RawClient.Response none = gateway.request("POST", "/heartbeat/a", "{\"metadata\": {\"x\": 1}}");
    assertEquals(409, older.status());
    assertEquals("stale-incarnation", older.problem());
    assertEquals(409, none.status());
    assertEquals(409, gateway.request("PUT", "/agent/a", "{\"incarnation\": 1}").status());
    assertEquals(before, agent("a"));
  }

  @Test
  void reportedFailureIsCountedAndShown() throws IOException {
    gateway.registry().register("a");
    RawClient.Response response =
        gateway.request("POST", "/failure/a", "{\"error\": \"out of memory\"}");
    assertEquals(200, response.status());
    assertEquals("degraded", response.at("status"));
    assertEquals(1, response.at("consecutive_failures"));
    assertEquals("out of memory", response.at("error_message"));
  }

  @Test
  void registrationReturns201IfNewAnd200IfKnown() throws IOException {
    String body = "{\"metadata\": {\"role\": \"write\"}, \"incarnation\": 2}";
    RawClient.Response first = gateway.request("PUT", "/agent/a", body);
    assertEquals(201, first.status());
    assertEquals(2, first.at("incarnation"));
    assertEquals(Map.of("role", "write"), first.at("metadata"));
    assertTrue(first.json().containsKey("last_heartbeat"));
    assertNull(first.at("last_heartbeat"));
    assertEquals(200, gateway.request("PUT", "/agent/a", body).status());
  }

  @Test
  void agentHasExactlyTheFieldsThatAreKnown() throws IOException {
    gateway.registry().register("a");
    assertEquals(
        List.of(
            "agent_id",
            "status",
            "last_heartbeat",
            "last_response",
            "consecutive_failures",
            "response_time",
            "error_message",
            "metadata"),
        List.copyOf(gateway.request("GET", "/agent/a").json().keySet()));
  }

  @Test
  void removedAgentIsGone() throws IOException {
    gateway.registry().register("a");
    RawClient.Response response = gateway.request("DELETE", "/agent/a");
    assertEquals(204, response.status());
    assertEquals("", response.body());
    assertEquals(404, gateway.request("DELETE", "/agent/a").status());
    assertEquals("unknown-agent", gateway.request("GET", "/agent/a").problem());
    assertEquals(
        "unknown-agent", gateway.request("POST", "/failure/a", "{\"error\": \"x\"}").problem());
  }

  @Test
  void manyHeartbeatsInOneRequestAreHandledSeparately() throws IOException {
    gateway.registry().register("fenced", Map.of(), 5);
    String body =
        """
        {"agents": {"a": {}, "b": {"incarnation": -1, "metadata": {"x": [1]}}, "fenced": {"incarnation": 4},
         "no id": {}, "c": {"progress": {"no": ["text"]}}, "d": null, "e": {"metadata": {"x": {"y": [{}]}}}, "f": 5}}
        """;
    RawClient.Response response = gateway.request("POST", "/heartbeats", body);
    assertEquals(200, response.status());
    assertEquals(3, response.at("accepted"));
    assertEquals(30, response.at("next_heartbeat"));
    assertEquals(
        List.of("b", "fenced", "no id", "c", "f"), List.copyOf(response.map("refused").keySet()));
    assertEquals(409, response.at("refused", "fenced", "status"));
    assertEquals(400, response.at("refused", "b", "status"));
    assertEquals(4, gateway.registry().size());
    assertEquals(Map.of("x", Map.of("y", List.of(Map.of()))), agent("e").metadata());
  }

  @Test
  void manyHeartbeatsWithOneSyntaxErrorChangeNothing() throws IOException {
    assertEquals(
        400,
        gateway.request("POST", "/heartbeats", "{\"agents\": {\"a\": {}, \"b\": {]}}").status());
    assertEquals(
        400, gateway.request("POST", "/heartbeats", "{\"agents\": {\"a\": {}}} x").status());
    assertEquals(400, gateway.request("POST", "/heartbeats", "{}").status());
    assertEquals(0, gateway.registry().size());
  }

  @Test
  void healthShowsAllAgentsAndTheirNumberByStatus() throws IOException {
    gateway.registry().register("a");
    gateway.registry().register("b");
    gateway.registry().reportFailure("b", "x");
    RawClient.Response shown = gateway.request("GET", "/health");
    assertEquals(2, shown.at("total_agents"));
    assertEquals(1, shown.at("healthy"));
    assertEquals(1, shown.at("degraded"));
    assertEquals(0, shown.at("unhealthy"));
    assertEquals(gateway.server().instance(), shown.at("instance"));
    assertEquals(Set.of("a", "b"), shown.map("agents").keySet());
  }

  @Test
  void healthOfOneStatusShowsTheseAgentsAndCountsAll() throws IOException {
    gateway.registry().register("a");
    gateway.registry().register("b");
    gateway.registry().reportFailure("b", "x");
    RawClient.Response shown = gateway.request("GET", "/health?status=degraded");
    assertEquals(Set.of("b"), shown.map("agents").keySet());
    assertEquals(2, shown.at("total_agents"));
    assertEquals("bad-field", gateway.request("GET", "/health?status=fine").problem());
    assertEquals("bad-field", gateway.request("GET", "/health?status=").problem());
  }

  @Test
  void instanceIsAnotherOneAfterEachStart() throws IOException {
    try (ServerFixture other = ServerFixture.open(gateway.registry(), s -> s)) {
      assertNotEquals(
          gateway.request("GET", "/health").at("instance"),
          other.request("GET", "/health").at("instance"));
    }
  }

  @Test
  void headAnswersLikeGetWithoutBody() throws IOException {
    gateway.registry().register("a");
    try (RawClient client = RawClient.to(gateway.server())) {
      RawClient.Response get = client.request("GET", "/agent/a");
      RawClient.Response head = client.request("HEAD", "/agent/a");
      assertEquals(200, head.status());
      assertEquals("application/json", head.header("Content-Type"));
      assertEquals(get.header("Content-Length"), head.header("Content-Length"));
      assertEquals(404, client.request("HEAD", "/agent/b").status());
      assertEquals(200, client.request("HEAD", "/health").status());
      assertEquals(200, client.request("HEAD", "/livez").status());
      assertEquals("text/event-stream", client.request("HEAD", "/events").header("Content-Type"));
      assertEquals(200, client.request("GET", "/livez").status());
    }
  }

  @Test
  void otherMethodIsRefusedWithTheAllowedMethods() throws IOException {
    RawClient.Response response = gateway.request("PATCH", "/agent/a", "{}");
    assertEquals(405, response.status());
    assertEquals("GET, HEAD, PUT, DELETE, OPTIONS", response.header("Allow"));
    assertEquals("method-not-allowed", response.problem());
    assertEquals("POST, OPTIONS", gateway.request("GET", "/heartbeat/a").header("Allow"));
    RawClient.Response options = gateway.request("OPTIONS", "/health");
    assertEquals(204, options.status());
    assertEquals("GET, HEAD, OPTIONS", options.header("Allow"));
    assertFalse(gateway.registry().find("a").isPresent());
  }

  @Test
  void otherPathsAreNotFound() throws IOException {
    for (String path :
        List.of("/", "/healthy", "/health/", "/heartbeat", "/heartbeat/a/b", "/agent", "/x")) {
      RawClient.Response response = gateway.request("POST", path);
      assertEquals(404, response.status(), path);
      assertEquals("not-found", response.problem());
    }
  }

  @Test
  void percentEncodedIdsAreDecodedOnce() throws IOException {
    assertEquals("writer-1", gateway.request("POST", "/heartbeat/%77riter%2D1").at("agent_id"));
    for (String id :
        List.of("%2577", "a%2Fb", "%20", "", "%C3%BC", "a+b", "..%2F..", ".hidden", "%FF", "%00")) {
      assertEquals("bad-agent-id", gateway.request("POST", "/heartbeat/" + id).problem(), id);
      assertEquals("bad-agent-id", gateway.request("GET", "/agent/" + id).problem(), id);
    }
    assertEquals("bad-agent-id", gateway.request("PUT", "/agent/" + "x".repeat(201)).problem());
    assertEquals(1, gateway.registry().size());
  }

  @Test
  void fullRegistryRefusesNewAgentsAndKeepsKnownAgents() throws IOException {
    try (ServerFixture small =
        ServerFixture.open(HealthRegistry.builder().maxAgents(1).build(), s -> s)) {
      assertEquals(200, small.request("POST", "/heartbeat/a").status());
      RawClient.Response response = small.request("POST", "/heartbeat/b");
      assertEquals(429, response.status());
      assertEquals("registry-full", response.problem());
      assertEquals("30", response.header("Retry-After"));
      assertEquals(429, small.request("PUT", "/agent/b").status());
      assertEquals(200, small.request("POST", "/heartbeat/a").status());
    }
  }

  @Test
  void registryThatDoesNotRegisterByHeartbeatReturns404() throws IOException {
    try (ServerFixture strict =
        ServerFixture.open(HealthRegistry.builder().registerUnknown(false).build(), s -> s)) {
      assertEquals("unknown-agent", strict.request("POST", "/heartbeat/a").problem());
      assertEquals(201, strict.request("PUT", "/agent/a").status());
      assertEquals(200, strict.request("POST", "/heartbeat/a").status());
    }
  }

  @Test
  void zombiesFailureDoesNotCountForItsSuccessor() throws IOException {
    gateway.registry().register("a", Map.of(), 3);
    for (String path : List.of("/failure/a", "/failure/a?incarnation=2")) {
      String body = "{\"error\": \"out of memory\", \"incarnation\": 2}";
      assertEquals("stale-incarnation", gateway.request("POST", path, body).problem(), path);
    }
    assertEquals(0, gateway.request("GET", "/agent/a").at("consecutive_failures"));
    String own = "{\"error\": \"out of memory\", \"incarnation\": 3}";
    assertEquals(1, gateway.request("POST", "/failure/a", own).at("consecutive_failures"));
    String withoutIncarnation = "{\"error\": \"out of memory\"}";
    assertEquals(
        2, gateway.request("POST", "/failure/a", withoutIncarnation).at("consecutive_failures"));
    assertEquals("bad-field", gateway.request("POST", "/failure/a?incarnation=4", own).problem());
    assertEquals("bad-field", gateway.request("POST", "/failure/a?incarnation=x", own).problem());
  }

  @Test
  void nameOfAQueryParameterMayBePercentEncoded() throws IOException {
    assertEquals(200, gateway.request("POST", "/heartbeat/a?inc%61rnation=5", "").status());
    assertEquals(5, gateway.request("GET", "/agent/a").at("incarnation"));
  }
}
