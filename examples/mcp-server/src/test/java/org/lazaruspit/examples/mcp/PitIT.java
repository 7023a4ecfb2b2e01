package org.lazaruspit.examples.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import tools.jackson.databind.JsonNode;

/** Calls tools against a real pit whose revivals need an operator's approval. */
@Tag("full")
@Timeout(120)
final class PitIT {

  private static final UUID CELL = new UUID(1, 2);
  private static final Map<String, String> REQUEST =
      Map.of("agent_id", "ann", "reason", "no answer");

  @TempDir Path folder;
  private Path config;
  private Path started;
  private Process pit;
  private TestSession session;

  @BeforeEach
  void start() throws Exception {
    Path root = Files.createDirectory(folder.resolve("root"));
    started = folder.resolve("started");
    MissionStore.open(root)
        .create(
            NewCell.builder("Mine")
                .cellId(CELL)
                .agent(AgentSpec.of("ann", "Ann", Role.LEAD))
                .build());
    config =
        Files.writeString(
            folder.resolve("config.json"),
            """
            {"missions_path": "%s", "auto_revive": false,
             "launchers": {"default": {"command": ["touch", "%s"]}}}\
            """
                .formatted(root, started));
    PitClient client = new PitClient(new LimitedHttpClient(), config);
    session = new TestSession(root, Optional.of(new PitHealth(client)), Optional.of(client));
    assertFalse(client.isRunning());
    assertNoPit();
    pit =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                System.getProperty("lazarus-pit.jar"),
                "run",
                "--config",
                config.toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader lines = pit.inputReader(UTF_8);
    for (String line = lines.readLine(); ; line = lines.readLine()) {
      assertTrue(line != null, "the pit has ended");
      if (line.contains("dead (exit)")) {
        break;
      }
    }
    while (!client.isRunning() || revivals().required("total").asInt() == 0) {
      Thread.onSpinWait();
    }
  }

  @AfterEach
  void end() throws InterruptedException {
    pit.destroyForcibly().waitFor();
  }

  private JsonNode revivals() throws Exception {
    return session.result("list_revivals", Map.of("open_only", true));
  }

  private void assertNoPit() throws Exception {
    assertTrue(session.error("request_revival", REQUEST).contains("no pit is running"));
    assertTrue(session.error("get_fleet_health", Map.of()).contains("no pit is running"));
    assertEquals("journals", revivals().required("source").asString());
  }

  @Test
  void aRevivalIsRequestedAndWaitsForAnApproval() throws Exception {
    JsonNode waiting = revivals();
    assertEquals("pit", waiting.required("source").asString());
    JsonNode requested = session.result("request_revival", REQUEST);
    assertEquals(waiting.at("/revivals/0/id").asString(), requested.at("/revival/id").asString());
    assertEquals("pending_approval", requested.at("/revival/status").asString());
    assertTrue(requested.required("waits_for_a_person").asBoolean());
    assertEquals(1, revivals().required("total").asInt());
    assertTrue(Files.notExists(started), "an agent was started");
    String error = session.error("request_revival", Map.of("agent_id", "bob", "reason", "?"));
    assertTrue(error.startsWith("the pit refuses the request: ") && error.contains("bob"), error);

    JsonNode ann = session.result("get_agent_health", Map.of("agent_id", "ann"));
    assertEquals("pit", ann.required("source").asString());
    assertEquals(CELL.toString(), ann.required("cell_id").asString());
    assertFalse(ann.required("healthy").asBoolean());
    JsonNode fleet = session.result("get_fleet_health", Map.of("cell_id", CELL.toString()));
    assertEquals(1, fleet.required("total_agents").asInt());
    assertEquals(0, fleet.required("healthy_agents").asInt());
    JsonNode others =
        session.result("get_fleet_health", Map.of("cell_id", new UUID(3, 4).toString()));
    assertEquals(0, others.required("total_agents").asInt());

    JsonNode before = revivals().required("revivals");
    pit.destroyForcibly().waitFor();
    assertTrue(Files.exists(folder.resolve("pit.json")), "a killed pit leaves pit.json behind");
    assertNoPit();
    assertEquals(before, revivals().required("revivals"));
  }
}
