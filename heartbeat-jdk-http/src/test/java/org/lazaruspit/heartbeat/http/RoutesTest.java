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
  void heartbeatWithoutBodyRegistersAndTellsWhenTheNextIsDue() throws IOException {
    Instant before = Instant.now();
    RawClient.Answer answer = gateway.ask("POST", "/heartbeat/writer-1");
    assertEquals(200, answer.status());
    assertEquals("application/json", answer.header("Content-Type"));
    assertEquals("no-store", answer.header("Cache-Control"));
    assertEquals("ok", answer.at("status"));
    assertEquals("writer-1", answer.at("agent_id"));
    assertEquals(30, answer.at("next_heartbeat"));
    double told = seconds(answer.at("timestamp"));
    assertTrue(told >= before.getEpochSecond() && told <= Instant.now().getEpochSecond() + 1);
    assertEquals(HealthStatus.HEALTHY, agent("writer-1").status());
  }

  @Test
  void heartbeatTellsTheIntervalOfTheRules() throws IOException {
    HealthRules rules =
        HealthRules.builder()
            .timeout(Duration.ofSeconds(3))
            .heartbeatInterval(Duration.ofMillis(1500))
            .build();
    try (ServerFixture other =
        ServerFixture.open(HealthRegistry.builder().rules(rules).build(), s -> s)) {
      assertEquals(1.5, other.ask("POST", "/heartbeat/a").at("next_heartbeat"));
      other
          .registry()
          .rulesFor("a", rules.toBuilder().heartbeatInterval(Duration.ofSeconds(1)).build());
      assertEquals(1, other.ask("POST", "/heartbeat/a").at("next_heartbeat"));
    }
  }

  @Test
  void heartbeatCarriesEverythingThatItMaySay() throws IOException {
    String body =
        """
        {"metadata": {"task": "t-7", "Sprache": "日本語 ß", "deep": {"list": [1, 2.5, null, true, "x"]}},
         "response_time": 0.25, "incarnation": 3, "progress": "step 2",
         "waiting": {"for": "quota", "until": "2126-01-31T09:30:00Z"}, "unknown": [{"to": "us"}]}
        """;
    assertEquals(200, gateway.ask("POST", "/heartbeat/a", body).status());
    AgentHealth agent = agent("a");
    assertEquals(Duration.ofMillis(250), agent.responseTime());
    assertEquals(3, agent.incarnation());
    assertEquals("step 2", agent.progress());
    Waiting waiting = Objects.requireNonNull(agent.waiting());
    assertEquals("quota", waiting.reason());
    RawClient.Answer told = gateway.ask("GET", "/agent/a");
    assertEquals(0.25, told.at("response_time"));
    assertEquals(3, told.at("incarnation"));
    assertEquals("step 2", told.at("progress"));
    assertEquals("quota", told.at("waiting", "for"));
    assertEquals(String.valueOf(waiting.until()), told.at("waiting", "until"));
    assertEquals("日本語 ß", told.at("metadata", "Sprache"));
    assertEquals(Arrays.asList(1, 2.5, null, true, "x"), told.at("metadata", "deep", "list"));
  }

  @Test
  void noAgentCanSpoilTheAnswerAboutAllWithWhatItSays() throws IOException {
    String half = "{\"metadata\": {\"k\": \"\\ud800\"}, \"progress\": \"\\udc00\"}";
    assertEquals(200, gateway.ask("POST", "/heartbeat/a", half).status());
    assertEquals(200, gateway.ask("POST", "/failure/a", "{\"error\": \"\\ud800\"}").status());
    assertEquals("\udc00", gateway.ask("GET", "/health").at("agents", "a", "progress"));
  }

  @Test
  void nullDeletesAKeyOfTheMetadata() throws IOException {
    gateway.ask("POST", "/heartbeat/a", "{\"metadata\": {\"x\": 1, \"y\": 2}}");
    gateway.ask("POST", "/heartbeat/a", "{\"metadata\": {\"x\": null}}");
    assertEquals(Map.of("y", 2), agent("a").metadata());
  }

  @Test
  void metadataPastItsBoundIsRefusedButTheSignOfLifeCounts() throws IOException {
    gateway.registry().register("a");
    gateway.registry().reportFailure("a", "was in trouble");
    String big = "{\"metadata\": {\"x\": \"" + "y".repeat(20_000) + "\"}}";
    RawClient.Answer answer = gateway.ask("POST", "/heartbeat/a", big);
    assertEquals(200, answer.status());
    assertTrue(String.valueOf(answer.at("metadata_refused")).contains("16384"));
    assertEquals(Map.of(), agent("a").metadata());
    assertEquals(HealthStatus.HEALTHY, agent("a").status());
  }

  @Test
  void incarnationMayStandInTheQuery() throws IOException {
    assertEquals(200, gateway.ask("POST", "/heartbeat/a?x=1&incarnation=4").status());
    assertEquals(4, agent("a").incarnation());
    assertEquals(
        200, gateway.ask("POST", "/heartbeat/a?incarnation=4", "{\"incarnation\": 4}").status());
  }

  @Test
  void zombieIsRefusedAndChangesNothing() throws IOException {
    gateway.ask("POST", "/heartbeat/a?incarnation=2", "{\"progress\": 1}");
    AgentHealth before = agent("a");
    RawClient.Answer older = gateway.ask("POST", "/heartbeat/a?incarnation=1", "{\"progress\": 2}");
    RawClient.Answer none = gateway.ask("POST", "/heartbeat/a", "{\"metadata\": {\"x\": 1}}");
    assertEquals(409, older.status());
    assertEquals("stale-incarnation", older.problem());
    assertEquals(409, none.status());
    assertEquals(409, gateway.ask("PUT", "/agent/a", "{\"incarnation\": 1}").status());
    assertEquals(before, agent("a"));
  }

  @Test
  void reportedFailureIsCountedAndShown() throws IOException {
    gateway.registry().register("a");
    RawClient.Answer answer = gateway.ask("POST", "/failure/a", "{\"error\": \"out of memory\"}");
    assertEquals(200, answer.status());
    assertEquals("degraded", answer.at("status"));
    assertEquals(1, answer.at("consecutive_failures"));
    assertEquals("out of memory", answer.at("error_message"));
  }

  @Test
  void registrationIsTold201WhenNewAnd200WhenKnown() throws IOException {
    String body = "{\"metadata\": {\"role\": \"write\"}, \"incarnation\": 2}";
    RawClient.Answer first = gateway.ask("PUT", "/agent/a", body);
    assertEquals(201, first.status());
    assertEquals(2, first.at("incarnation"));
    assertEquals(Map.of("role", "write"), first.at("metadata"));
    assertTrue(first.json().containsKey("last_heartbeat"));
    assertNull(first.at("last_heartbeat"));
    assertEquals(200, gateway.ask("PUT", "/agent/a", body).status());
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
        List.copyOf(gateway.ask("GET", "/agent/a").json().keySet()));
  }

  @Test
  void removedAgentIsGone() throws IOException {
    gateway.registry().register("a");
    RawClient.Answer answer = gateway.ask("DELETE", "/agent/a");
    assertEquals(204, answer.status());
    assertEquals("", answer.body());
    assertEquals(404, gateway.ask("DELETE", "/agent/a").status());
    assertEquals("unknown-agent", gateway.ask("GET", "/agent/a").problem());
    assertEquals(
        "unknown-agent", gateway.ask("POST", "/failure/a", "{\"error\": \"x\"}").problem());
  }

  @Test
  void manyHeartbeatsInOneRequestAreJudgedOneByOne() throws IOException {
    gateway.registry().register("fenced", Map.of(), 5);
    String body =
        """
        {"agents": {"a": {}, "b": {"incarnation": -1, "metadata": {"x": [1]}}, "fenced": {"incarnation": 4},
         "no id": {}, "c": {"progress": {"no": ["text"]}}, "d": null, "e": {"metadata": {"x": {"y": [{}]}}}, "f": 5}}
        """;
    RawClient.Answer answer = gateway.ask("POST", "/heartbeats", body);
    assertEquals(200, answer.status());
    assertEquals(3, answer.at("accepted"));
    assertEquals(30, answer.at("next_heartbeat"));
    assertEquals(
        List.of("b", "fenced", "no id", "c", "f"), List.copyOf(answer.map("refused").keySet()));
    assertEquals(409, answer.at("refused", "fenced", "status"));
    assertEquals(400, answer.at("refused", "b", "status"));
    assertEquals(4, gateway.registry().size());
    assertEquals(Map.of("x", Map.of("y", List.of(Map.of()))), agent("e").metadata());
  }

  @Test
  void manyHeartbeatsWithOneSyntaxErrorChangeNothing() throws IOException {
    assertEquals(
        400, gateway.ask("POST", "/heartbeats", "{\"agents\": {\"a\": {}, \"b\": {]}}").status());
    assertEquals(400, gateway.ask("POST", "/heartbeats", "{\"agents\": {\"a\": {}}} x").status());
    assertEquals(400, gateway.ask("POST", "/heartbeats", "{}").status());
    assertEquals(0, gateway.registry().size());
  }

  @Test
  void healthShowsAllAgentsAndTheirNumberByStatus() throws IOException {
    gateway.registry().register("a");
    gateway.registry().register("b");
    gateway.registry().reportFailure("b", "x");
    RawClient.Answer told = gateway.ask("GET", "/health");
    assertEquals(2, told.at("total_agents"));
    assertEquals(1, told.at("healthy"));
    assertEquals(1, told.at("degraded"));
    assertEquals(0, told.at("unhealthy"));
    assertEquals(gateway.server().instance(), told.at("instance"));
    assertEquals(Set.of("a", "b"), told.map("agents").keySet());
  }

  @Test
  void healthOfOneStatusShowsTheseAgentsAndCountsAll() throws IOException {
    gateway.registry().register("a");
    gateway.registry().register("b");
    gateway.registry().reportFailure("b", "x");
    RawClient.Answer told = gateway.ask("GET", "/health?status=degraded");
    assertEquals(Set.of("b"), told.map("agents").keySet());
    assertEquals(2, told.at("total_agents"));
    assertEquals("bad-field", gateway.ask("GET", "/health?status=fine").problem());
    assertEquals("bad-field", gateway.ask("GET", "/health?status=").problem());
  }

  @Test
  void instanceIsAnotherOneAfterEachStart() throws IOException {
    try (ServerFixture other = ServerFixture.open(gateway.registry(), s -> s)) {
      assertNotEquals(
          gateway.ask("GET", "/health").at("instance"), other.ask("GET", "/health").at("instance"));
    }
  }

  @Test
  void headAnswersLikeGetWithoutBody() throws IOException {
    gateway.registry().register("a");
    try (RawClient client = RawClient.to(gateway.server())) {
      RawClient.Answer get = client.ask("GET", "/agent/a");
      RawClient.Answer head = client.ask("HEAD", "/agent/a");
      assertEquals(200, head.status());
      assertEquals("application/json", head.header("Content-Type"));
      assertEquals(get.header("Content-Length"), head.header("Content-Length"));
      assertEquals(404, client.ask("HEAD", "/agent/b").status());
      assertEquals(200, client.ask("HEAD", "/health").status());
      assertEquals(200, client.ask("HEAD", "/livez").status());
      assertEquals("text/event-stream", client.ask("HEAD", "/events").header("Content-Type"));
      assertEquals(200, client.ask("GET", "/livez").status());
    }
  }

  @Test
  void anotherMethodIsToldTheAllowedOnes() throws IOException {
    RawClient.Answer answer = gateway.ask("PATCH", "/agent/a", "{}");
    assertEquals(405, answer.status());
    assertEquals("GET, HEAD, PUT, DELETE, OPTIONS", answer.header("Allow"));
    assertEquals("method-not-allowed", answer.problem());
    assertEquals("POST, OPTIONS", gateway.ask("GET", "/heartbeat/a").header("Allow"));
    RawClient.Answer options = gateway.ask("OPTIONS", "/health");
    assertEquals(204, options.status());
    assertEquals("GET, HEAD, OPTIONS", options.header("Allow"));
    assertFalse(gateway.registry().find("a").isPresent());
  }

  @Test
  void nothingIsUnderOtherPaths() throws IOException {
    for (String path :
        List.of("/", "/healthy", "/health/", "/heartbeat", "/heartbeat/a/b", "/agent", "/x")) {
      RawClient.Answer answer = gateway.ask("POST", path);
      assertEquals(404, answer.status(), path);
      assertEquals("not-found", answer.problem());
    }
  }

  @Test
  void percentEncodedIdsAreDecodedOnce() throws IOException {
    assertEquals("writer-1", gateway.ask("POST", "/heartbeat/%77riter%2D1").at("agent_id"));
    for (String id :
        List.of("%2577", "a%2Fb", "%20", "", "%C3%BC", "a+b", "..%2F..", ".hidden", "%FF", "%00")) {
      assertEquals("bad-agent-id", gateway.ask("POST", "/heartbeat/" + id).problem(), id);
      assertEquals("bad-agent-id", gateway.ask("GET", "/agent/" + id).problem(), id);
    }
    assertEquals("bad-agent-id", gateway.ask("PUT", "/agent/" + "x".repeat(201)).problem());
    assertEquals(1, gateway.registry().size());
  }

  @Test
  void fullRegistryRefusesTheNewAndKeepsTheKnown() throws IOException {
    try (ServerFixture small =
        ServerFixture.open(HealthRegistry.builder().maxAgents(1).build(), s -> s)) {
      assertEquals(200, small.ask("POST", "/heartbeat/a").status());
      RawClient.Answer answer = small.ask("POST", "/heartbeat/b");
      assertEquals(429, answer.status());
      assertEquals("registry-full", answer.problem());
      assertEquals("30", answer.header("Retry-After"));
      assertEquals(429, small.ask("PUT", "/agent/b").status());
      assertEquals(200, small.ask("POST", "/heartbeat/a").status());
    }
  }

  @Test
  void registryThatDoesNotRegisterByHeartbeatAnswers404() throws IOException {
    try (ServerFixture strict =
        ServerFixture.open(HealthRegistry.builder().registerUnknown(false).build(), s -> s)) {
      assertEquals("unknown-agent", strict.ask("POST", "/heartbeat/a").problem());
      assertEquals(201, strict.ask("PUT", "/agent/a").status());
      assertEquals(200, strict.ask("POST", "/heartbeat/a").status());
    }
  }

  @Test
  void zombiesFailureIsNotHeldAgainstItsSuccessor() throws IOException {
    gateway.registry().register("a", Map.of(), 3);
    for (String path : List.of("/failure/a", "/failure/a?incarnation=2")) {
      String body = "{\"error\": \"out of memory\", \"incarnation\": 2}";
      assertEquals("stale-incarnation", gateway.ask("POST", path, body).problem(), path);
    }
    assertEquals(0, gateway.ask("GET", "/agent/a").at("consecutive_failures"));
    String own = "{\"error\": \"out of memory\", \"incarnation\": 3}";
    assertEquals(1, gateway.ask("POST", "/failure/a", own).at("consecutive_failures"));
    String anybodys = "{\"error\": \"out of memory\"}";
    assertEquals(2, gateway.ask("POST", "/failure/a", anybodys).at("consecutive_failures"));
    assertEquals("bad-field", gateway.ask("POST", "/failure/a?incarnation=4", own).problem());
    assertEquals("bad-field", gateway.ask("POST", "/failure/a?incarnation=x", own).problem());
  }

  @Test
  void nameOfAQueryParameterMayBePercentEncoded() throws IOException {
    assertEquals(200, gateway.ask("POST", "/heartbeat/a?inc%61rnation=5", "").status());
    assertEquals(5, gateway.ask("GET", "/agent/a").at("incarnation"));
  }
}
