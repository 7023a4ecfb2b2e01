package org.lazaruspit.pit.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;

/** Against a gateway that answers whatever a test wants it to. */
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
    assertFalse(results.get("a").provesHealthy(4), "a newer one has not been heard");
    assertEquals(Verdict.UNHEALTHY, results.get("b").verdict());
    assertEquals("silent for 900 s", results.get("b").detail());
    assertEquals(Verdict.UNKNOWN, results.get("c").verdict());
  }

  @Test
  void anAgentThatIsRegisteredButWasNeverHeardIsNotProvenHealthy() throws InterruptedException {
    gateway.answers(200, "{\"status\": \"healthy\", \"last_heartbeat\": null, \"incarnation\": 3}");
    ProbeResult result = probe.probe(List.of(target("a", null))).get(0);
    assertEquals(Verdict.HEALTHY, result.verdict());
    assertFalse(result.provesHealthy(3));
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
        "<html>",
        "{\"status\": \"healthy\", \"incarnation\": \"x\"}"
      })
  void anAnswerThatIsNotUnderstoodSaysNothingAboutTheAgent(String text)
      throws InterruptedException {
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
  void registeringTellsTheIncarnationAndShowsTheToken() throws Exception {
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
}
