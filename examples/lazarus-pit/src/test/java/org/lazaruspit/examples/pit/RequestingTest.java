package org.lazaruspit.examples.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.examples.pit.cli.ControlClient;
import org.lazaruspit.examples.pit.cli.RefusedException;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Requests of agents for revivals. */
@Timeout(60)
final class RequestingTest {

  private static final UUID CELL = UUID.fromString("4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10");

  @TempDir Path folder;
  private SmallFleet fleet;

  @BeforeEach
  void oneCellWithApproval() throws IOException {
    fleet =
        new SmallFleet(
            folder,
            ", \"auto_revive\": false, \"poll_interval\": 3600,"
                + " \"launchers\": {\"default\": {\"command\": [\"sleep\", \"61\"]}}");
    SmallFleet.agent(fleet.cell(CELL), "writer");
  }

  private JsonNode request(String agent, String reason) throws IOException {
    ObjectNode body = Json.object();
    body.put("agent", agent);
    body.put("reason", reason);
    return ControlClient.find(PitConfig.load(fleet.config())).post("/api/revivals", body);
  }

  private RefusedException refused(String agent, String reason) {
    return assertThrows(RefusedException.class, () -> request(agent, reason));
  }

  @Test
  void requestWaitsForApprovalAndADenialIsFinal() throws Exception {
    try (Serving serving = Serving.start(fleet.config())) {
      Revival waiting = serving.await("writer", RevivalStatus.PENDING_APPROVAL);
      JsonNode again = request("writer", "it does not answer me");
      assertEquals(waiting.id(), again.required("id").asString());
      assertEquals("pending_approval", again.required("status").asString());
      serving.pit().engine().deny(waiting.id(), "not today");
      RefusedException no = refused("writer", "please");
      assertEquals(409, no.status());
      assertTrue(no.getMessage().contains("no revival on request"), no::getMessage);
      assertEquals(1, serving.pit().engine().revivals().size());
    }
  }

  @Test
  void healthyAgentIsLeftAloneDespiteARequest() throws Exception {
    try (Serving serving = Serving.start(fleet.config())) {
      String id = serving.await("writer", RevivalStatus.PENDING_APPROVAL).id();
      serving.pit().engine().approve(id, "an operator");
      serving.await("writer", RevivalStatus.REVIVED);
      List<ProcessHandle> started =
          ProcessHandle.current()
              .descendants()
              .filter(process -> process.info().commandLine().orElse("").contains("sleep 61"))
              .toList();
      serving.awaitReport(report -> report.agents().get(0).healthy());
      RefusedException no = refused("writer", "I want its place");
      assertEquals(409, no.status());
      assertTrue(no.getMessage().contains("no revival, healthy in the last round"), no::getMessage);
      assertEquals(1, serving.pit().engine().revivals().size());
      assertTrue(!started.isEmpty() && started.stream().allMatch(ProcessHandle::isAlive));
      serving.pit().engine().stop(serving.pit().engine().agents().get(0), "the test is over");
      for (ProcessHandle process : started) {
        assertEquals(process, process.onExit().get());
      }
    }
  }

  @Test
  void requestNamesItsAgentAndItsReason() throws Exception {
    try (Serving serving = Serving.start(fleet.config())) {
      serving.await("writer", RevivalStatus.PENDING_APPROVAL);
      assertEquals(400, refused("writer", " ").status());
      assertEquals(404, refused("missing", "gone").status());
      assertEquals(400, refused("writer", "x".repeat(2_001)).status());
    }
  }
}
