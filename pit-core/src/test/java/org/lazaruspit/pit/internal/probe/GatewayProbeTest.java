package org.lazaruspit.pit.internal.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;

/** A probe of a gateway with prepared answers. */
final class GatewayProbeTest {

  private final GatewayProbe probe = new GatewayProbe();
  private CannedGateway gateway;

  @TempDir Path folder;

  @BeforeEach
  void open() throws IOException {
    gateway = new CannedGateway();
  }

  @AfterEach
  void close() throws IOException, InterruptedException {
    gateway.close();
  }

  private ProbeTarget target(String id, @Nullable Path tokenFile) {
    return new ProbeTarget(
        new AgentRef(new UUID(1, 1), id),
        id,
        3,
        Optional.of(new GatewayAddress("g", gateway.uri(), tokenFile)));
  }

  @Test
  void manyAgentsCostOneRequest() throws InterruptedException {
    gateway.answers(
        200,
        """
        {"timestamp": 1.5, "instance": "x", "total_agents": 3, "later": {"agents": [1]}, "agents": {
          "a": {"agent_id": "a", "status": "healthy", "last_heartbeat": 17.2, "incarnation": 3,
                "metadata": {"status": "unhealthy"}, "error_message": null},
          "other": {"status": "healthy"},
          "b": {"status": "unhealthy", "last_heartbeat": null, "error_message": "silent for 900 s"}}}
        """);
    Map<String, ProbeResult> results =
        probe.probe(List.of(target("a", null), target("b", null), target("c", null))).stream()
            .collect(Collectors.toMap(r -> r.agent().agentId(), Function.identity()));
    assertEquals(List.of("GET /health HTTP/1.1"), gateway.requests());
    assertTrue(results.get("a").provesHealthy(3));
    assertFalse(results.get("a").provesHealthy(4), "no heartbeat of a newer one");
    assertEquals(Verdict.UNHEALTHY, results.get("b").verdict());
    assertEquals("silent for 900 s", results.get("b").detail());
    assertEquals(Verdict.UNKNOWN, results.get("c").verdict());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1000000001", "9223372036854775807", "1e30", "1.5", "\"3\"", "[3]"})
  void anIncarnationOutsideOfTheRangeCostsThatAgentAlone(String number)
      throws InterruptedException {
    gateway.answers(
        200,
        "{\"agents\": {\"a\": {\"incarnation\": %s, \"status\": \"healthy\"}, \"b\": {\"status\": \"healthy\"}}}"
            .formatted(number));
    List<ProbeResult> results = probe.probe(List.of(target("a", null), target("b", null)));
    assertEquals(Verdict.UNREACHABLE, results.get(0).verdict());
    assertEquals(0, results.get(0).incarnation());
    String detail = results.get(0).detail();
    assertTrue(detail.startsWith("malformed response: incarnation: "), detail);
    assertTrue(detail.endsWith(" is not a whole number from 0 to 1000000000"), detail);
    assertEquals(Verdict.HEALTHY, results.get(1).verdict());
  }

  @Test
  void aRegisteredAgentWithoutAHeartbeatIsNotProvenHealthy() throws InterruptedException {
    gateway.answers(200, "{\"status\": \"healthy\", \"last_heartbeat\": null, \"incarnation\": 3}");
    ProbeResult result = probe.probe(List.of(target("a", null))).get(0);
    assertEquals(Verdict.HEALTHY, result.verdict());
    assertFalse(result.provesHealthy(3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1769851800.25 | \"page 7 of 9\" | 2026-01-31T09:30:00.250Z | page 7 of 9",
        "1769851800 | 0.5 | 2026-01-31T09:30:00Z | 0.5",
        "null | null | |",
        "{\"at\": [1]} | {\"page\": {\"of\": 9}} | |",
        "1e300 | [1, [2]] | +292278994-08-17T07:12:55.807Z | ",
        "true | false | |"
      })
  void lastHeartbeatAndProgressAreCarriedWhereTheyAreWellFormed(
      String lastHeartbeat,
      String progress,
      @Nullable Instant expectedHeartbeat,
      @Nullable String expected)
      throws InterruptedException {
    gateway.answers(
        200,
        "{\"last_heartbeat\": %s, \"progress\": %s, \"status\": \"healthy\", \"incarnation\": 3}"
            .formatted(lastHeartbeat, progress));
    ProbeResult result = probe.probe(List.of(target("a", null))).get(0);
    assertEquals(Verdict.HEALTHY, result.verdict(), result::detail);
    assertEquals(3, result.incarnation());
    assertEquals(Optional.ofNullable(expectedHeartbeat), result.lastHeartbeat());
    assertEquals(Optional.ofNullable(expected), result.progress());
  }

  @Test
  void notFoundMeansUnknownToTheGateway() throws InterruptedException {
    gateway.answers(404, "{}");
    assertEquals(Verdict.UNKNOWN, probe.probe(List.of(target("a", null))).get(0).verdict());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"status\": \"fine\"}",
        "{\"status\": 3}",
        "{\"agents\": []}",
        "<html>"
      })
  void aMalformedResponseSaysNothingAboutTheAgent(String text) throws InterruptedException {
    gateway.answers(200, text);
    ProbeResult result = probe.probe(List.of(target("a", null))).get(0);
    assertEquals(Verdict.UNREACHABLE, result.verdict(), result::detail);
    assertTrue(result.detail().contains("gateway g"), result::detail);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 429, 500, 503})
  void anErrorSaysNothingAboutTheAgents(int error) throws InterruptedException {
    gateway.answers(error, "{}");
    for (ProbeResult result : probe.probe(List.of(target("a", null), target("b", null)))) {
      assertEquals(Verdict.UNREACHABLE, result.verdict());
      assertTrue(result.detail().contains(Integer.toString(error)), result::detail);
    }
  }

  @Test
  void aGatewayThatIsGoneSaysNothingAboutItsAgents() throws Exception {
    ProbeTarget target = target("a", null);
    gateway.close();
    ProbeResult result = probe.probe(List.of(target)).get(0);
    assertEquals(Verdict.UNREACHABLE, result.verdict());
    assertThrows(IOException.class, () -> probe.register(target));
  }

  @Test
  @Timeout(60)
  void aGatewayThatStallsInTheMiddleOfItsAnswerIsGivenUp() throws InterruptedException {
    gateway.stalls();
    assertEquals(Verdict.UNREACHABLE, probe.probe(List.of(target("a", null))).get(0).verdict());
  }

  @Test
  void registeringSendsTheIncarnationAndTheToken() throws Exception {
    Path token = Files.writeString(folder.resolve("token"), "secret\n");
    gateway.answers(201, "{}");
    probe.register(target("a", token));
    assertEquals(
        List.of("PUT /agent/a HTTP/1.1 {\"incarnation\":3} Bearer secret"), gateway.requests());
  }

  @Test
  void aRefusedRegistrationIsAnError() {
    gateway.answers(409, "{}");
    assertThrows(IOException.class, () -> probe.register(target("a", null)));
  }

  @Test
  void heldAndWaitingAreCarriedWithoutTheirMalformedParts() throws Exception {
    gateway.answers(
        200,
        """
        {"agents": {
          "a": {"status": "healthy", "held": {"cause": "mass", "since": 1.5, "until": 1000000000.5}},
          "b": {"status": "healthy", "waiting": {"for": "quota", "until": "2026-01-31T09:30:00Z"},
                "held": 7}}}
        """);
    List<ProbeResult> results = probe.probe(List.of(target("a", null), target("b", null)));
    assertEquals(Optional.of("mass"), results.get(0).held());
    assertEquals(
        "silent with many other agents; counts from 2001-09-09T01:46:40Z on",
        results.get(0).detail());
    assertEquals(Optional.empty(), results.get(1).held());
    assertEquals(
        Optional.of("waits for quota until 2026-01-31T09:30:00Z"), results.get(1).waiting());
  }

  @Test
  void agentsAreRegisteredAtARestartedGatewayBeforeItsVerdictCounts() throws Exception {
    String fleet =
        "{\"instance\": \"%s\", \"agents\": {\"a\": {\"status\": \"healthy\", \"incarnation\": %d},"
            + " \"b\": {\"status\": \"healthy\", \"incarnation\": 3}}}";
    List<ProbeTarget> targets = List.of(target("a", null), target("b", null), target("c", null));
    gateway.answers(200, fleet.formatted("first", 3));
    probe.probe(targets);
    gateway.answers(200, fleet.formatted("second", 2));
    probe.probe(targets);
    String body = " {\"incarnation\":3}";
    assertEquals(
        List.of(
            "GET /health HTTP/1.1",
            "GET /health HTTP/1.1",
            "PUT /agent/a HTTP/1.1" + body,
            "PUT /agent/c HTTP/1.1" + body,
            "GET /health HTTP/1.1"),
        gateway.requests());
    probe.probe(targets);
    assertEquals(6, gateway.requests().size(), "registered once");
  }

  @Test
  void aHeartbeatIsPassedOnUnderItsIncarnation() throws Exception {
    probe.heartbeat(target("a", null), "{\"progress\": 7}");
    assertEquals(
        List.of("POST /heartbeat/a?incarnation=3 HTTP/1.1 {\"progress\": 7}"), gateway.requests());
  }

  @Test
  void aRefusedHeartbeatIsSentAgainWithoutContent() {
    gateway.answers(400, "{}");
    ProbeTarget target = target("a", null);
    assertThrows(IOException.class, () -> probe.heartbeat(target, "{\"progress\": []}"));
    assertEquals(
        List.of(
            "POST /heartbeat/a?incarnation=3 HTTP/1.1 {\"progress\": []}",
            "POST /heartbeat/a?incarnation=3 HTTP/1.1"),
        gateway.requests());
  }
}
