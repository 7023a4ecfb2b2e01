package org.lazaruspit.examples.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.Heartbeat;
import org.lazaruspit.heartbeat.http.HeartbeatServer;
import tools.jackson.databind.JsonNode;

/** Reads health from a real gateway. */
@Timeout(60)
final class GatewayHealthTest {

  private static final UUID CELL = new UUID(1, 2);
  private static final String TOKEN = "a-token-of-which-agents-own-are-made";

  @TempDir Path root;
  private final HealthRegistry registry = HealthRegistry.create();
  private HeartbeatServer server;

  @BeforeEach
  void gateway() throws Exception {
    server = HeartbeatServer.builder(registry).port(0).token(TOKEN).start();
    MissionStore.open(root)
        .create(
            NewCell.builder("Mine")
                .cellId(CELL)
                .agent(AgentSpec.of("ann", "Ann", Role.LEAD))
                .agent(AgentSpec.of("bob", "Bob", Role.READ))
                .build());
    registry.heartbeat("ann", Heartbeat.builder().progress("step 3").incarnation(2).build());
    registry.heartbeat(CELL + ".bob");
    for (int i = 0; i < 5; i++) {
      registry.heartbeat("stranger-" + i);
    }
    for (int i = 0; i < 3; i++) {
      registry.reportFailure("stranger-4", "out of paper");
    }
    registry.reportFailure(CELL + ".bob", "slow");
  }

  @AfterEach
  void close() {
    server.close();
    registry.close();
  }

  private TestSession session(String token) throws Exception {
    Path file = Files.writeString(root.resolve(".token"), token + "\n");
    return session(server.uri(), Optional.of(file));
  }

  private TestSession session(URI uri, Optional<Path> token) throws Exception {
    HealthSource source =
        new GatewayHealth(new LimitedHttpClient(), new Missions(root), uri, token);
    return new TestSession(root, Optional.of(source), Optional.empty());
  }

  @Test
  void anAgentIsFoundByItsIdWithAndWithoutItsCell() throws Exception {
    TestSession session = session(TOKEN);
    JsonNode ann = session.result("get_agent_health", Map.of("agent_id", "ann"));
    assertEquals("healthy", ann.required("status").asString());
    assertTrue(ann.required("healthy").asBoolean());
    assertEquals(2, ann.required("incarnation").asInt());
    assertEquals("step 3", ann.required("progress").asString());
    assertTrue(ann.required("last_heartbeat").asString().endsWith("Z"), ann::toString);
    JsonNode bob =
        session.result("get_agent_health", Map.of("agent_id", "bob", "cell_id", CELL.toString()));
    assertEquals("degraded", bob.required("status").asString());
    assertEquals("slow", bob.required("detail").asString());
    assertEquals(CELL.toString(), bob.required("cell_id").asString());
    assertTrue(
        session.error("get_agent_health", Map.of("agent_id", "bob")).contains("has no agent bob"));
  }

  @Test
  void theFleetIsCountedAndUnhealthyAgentsComeFirst() throws Exception {
    TestSession session = session(TOKEN);
    JsonNode all = session.result("get_fleet_health", Map.of("limit", 3));
    assertEquals(7, all.required("total_agents").asInt());
    assertEquals(5, all.required("healthy_agents").asInt());
    assertEquals(1, all.at("/by_status/unhealthy").asInt());
    assertEquals("stranger-4", all.at("/agents/0/agent_id").asString());
    assertEquals("out of paper", all.at("/agents/0/detail").asString());
    assertEquals("degraded", all.at("/agents/1/status").asString());
    assertEquals(3, all.required("agents").size());
    assertEquals(4, all.required("not_shown").asInt());
    JsonNode unhealthy = session.result("get_fleet_health", Map.of("status", "unhealthy"));
    assertEquals(1, unhealthy.required("agents").size());
    assertEquals(7, unhealthy.required("total_agents").asInt());
    assertEquals(0, unhealthy.required("not_shown").asInt());
  }

  @Test
  void theFleetOfACellHasOnlyItsAgents() throws Exception {
    JsonNode mine = session(TOKEN).result("get_fleet_health", Map.of("cell_id", CELL.toString()));
    assertEquals(2, mine.required("total_agents").asInt());
    assertEquals("bob", mine.at("/agents/0/agent_id").asString());
    assertEquals("ann", mine.at("/agents/1/agent_id").asString());
  }

  @Test
  void aWrongTokenAndASilentGatewayAreReported() throws Exception {
    assertTrue(session("wrong").error("get_fleet_health", Map.of()).contains("--token-file"));
    URI silent;
    try (ServerSocket closed = new ServerSocket(0)) {
      silent = URI.create("http://127.0.0.1:" + closed.getLocalPort());
    }
    String error =
        session(silent, Optional.empty()).error("get_agent_health", Map.of("agent_id", "ann"));
    assertTrue(error.contains("does not answer at " + silent), error);
  }
}
