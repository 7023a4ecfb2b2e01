package org.lazaruspit.examples.pit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.examples.pit.SmallFleet.Outcome;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.RevivalStatus;
import tools.jackson.databind.JsonNode;

/** Orders on the command line reach the pit and the journal. */
@Timeout(60)
final class OrderingTest {

  private static final UUID FIRST = UUID.fromString("4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10");
  private static final UUID SECOND = UUID.fromString("5f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a11");

  @TempDir Path folder;
  private SmallFleet fleet;

  @BeforeEach
  void oneCellOfTwoAgentsWithApproval() throws IOException {
    fleet =
        new SmallFleet(
            folder,
            ", \"auto_revive\": false, \"poll_interval\": 3600,"
                + " \"launchers\": {\"default\": {\"command\": [\"sleep\", \"60\"]}}");
    Path cell = fleet.cell(FIRST);
    SmallFleet.agent(cell, "writer");
    SmallFleet.agent(cell, "reader");
  }

  private Outcome done(String... arguments) {
    Outcome outcome = fleet.ask(arguments);
    assertEquals(0, outcome.status(), outcome::toString);
    assertEquals("", outcome.err());
    return outcome;
  }

  private Outcome refused(String why, String... arguments) {
    Outcome outcome = fleet.ask(arguments);
    assertEquals(1, outcome.status(), outcome::toString);
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count(), outcome::err);
    assertTrue(outcome.err().contains(why), outcome::err);
    return outcome;
  }

  private JsonNode json(String... arguments) {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = "--json";
    return Json.parse(done(all).out().getBytes(UTF_8));
  }

  private String journal() throws IOException {
    Path logs = fleet.root().resolve(FIRST.toString()).resolve("logs");
    return Files.readString(logs.resolve("revivals.jsonl"));
  }

  private static PitReport.Status status(PitReport report, String agentId) {
    return report.agents().stream()
        .filter(line -> line.agent().agentId().equals(agentId))
        .findFirst()
        .orElseThrow()
        .status();
  }

  @Test
  void waitingRevivalIsListedAndADenialIsFinal() throws Exception {
    try (Serving serving = Serving.start(fleet.config())) {
      String writer = serving.await("writer", RevivalStatus.PENDING_APPROVAL).id();
      serving.awaitReport(report -> report.agents().size() == 2);
      assertEquals(2, json("status").required("waiting_for_approval").asInt());
      assertEquals(2, json("status").required("pending_revivals").asInt());
      assertTrue(done("status").out().contains("2 of them wait for approval"));
      JsonNode waiting = json("revivals").required("revivals").get(0);
      assertEquals("pending_approval", waiting.required("status").asString());
      assertEquals(FIRST.toString(), waiting.required("cell_id").asString());
      assertTrue(waiting.required("revived_at").isNull());
      assertTrue(done("revivals").out().contains(writer));
      assertTrue(done("why", "writer").out().contains("auto_revive is ask"));
      assertEquals(2, json("why", FIRST.toString()).required("agents").size());

      done("deny", writer, "--reason", "not needed any more");
      assertTrue(journal().contains("not needed any more ("));
      refused("is denied", "approve", writer);
      assertTrue(done("revivals").out().contains("denied"));
      assertEquals(1, json("status").required("waiting_for_approval").asInt());
    }
  }

  @Test
  @Tag("full")
  void approvedOrOrderedAgentsRunAndStoppedAgentsEnd() throws Exception {
    try (Serving serving = Serving.start(fleet.config())) {
      serving.await("writer", RevivalStatus.PENDING_APPROVAL);
      String reader =
          serving.pit().engine().revivals().stream()
              .filter(revival -> revival.agent().agentId().equals("reader"))
              .findFirst()
              .orElseThrow()
              .id();
      done("approve", reader);
      serving.await("reader", RevivalStatus.REVIVED);
      refused("is revived", "approve", reader);
      serving.awaitReport(report -> status(report, "reader") == PitReport.Status.HEALTHY);

      JsonNode revived = json("revive", FIRST.toString()).required("revivals");
      assertEquals(1, revived.size(), "the healthy one is left alone");
      assertEquals("writer", revived.get(0).required("agent_id").asString());
      serving.await("writer", RevivalStatus.REVIVED);

      List<ProcessHandle> started =
          ProcessHandle.current()
              .descendants()
              .filter(process -> process.info().commandLine().orElse("").contains("sleep 60"))
              .toList();
      assertTrue(started.size() >= 2, started::toString);
      done("stop", "--cell", FIRST.toString(), "--reason", "enough");
      for (ProcessHandle process : started) {
        assertEquals(process, process.onExit().get());
      }
      serving.awaitReport(report -> status(report, "reader") == PitReport.Status.STOPPED);
      assertTrue(journal().contains("enough ("));
      JsonNode standing = json("why", "reader").required("standings").get(0);
      assertEquals("stopped", standing.required("kind").asString());
    }
  }

  @Test
  void aPauseOfACellHoldsUntilItsEndAndAcrossARestart() throws Exception {
    try (Serving serving = Serving.start(fleet.config())) {
      serving.await("writer", RevivalStatus.PENDING_APPROVAL);
      String until = "2099-01-31T09:30:00Z";
      Outcome paused = done("pause", FIRST.toString(), "--until", until);
      assertTrue(paused.out().contains("cell " + FIRST + " is paused until " + until), paused::out);
    }
    try (Serving serving = Serving.start(fleet.config())) {
      PitReport report =
          serving.awaitReport(found -> status(found, "writer") == PitReport.Status.PAUSED);
      assertEquals(PitReport.Status.PAUSED, status(report, "reader"));
      refused("resume it first", "revive", "writer");
      done("resume", "--cell", FIRST.toString());
      serving.await("writer", RevivalStatus.PENDING_APPROVAL);
    }
  }

  @Test
  void anIdThatTwoCellsHaveNeedsItsCell() throws Exception {
    SmallFleet.agent(fleet.cell(SECOND), "writer");
    try (Serving serving = Serving.start(fleet.config())) {
      serving.awaitReport(report -> report.agents().size() == 3);
      Outcome ambiguous = refused("several cells have an agent writer", "pause", "writer");
      assertTrue(ambiguous.err().contains(SECOND.toString()), ambiguous::err);
      Outcome paused = done("pause", "writer", "--cell", SECOND.toString());
      assertTrue(paused.out().contains(SECOND.toString()), paused::out);
      done("pause", "reader");
      JsonNode health = json("report").required("agent_health");
      assertTrue(health.has(SECOND + ".writer") && health.has("reader"), health::toString);
      refused("there is no agent missing", "why", "missing");
      refused("is not an agent", "stop", "reader", "--cell", SECOND.toString());
      refused("is not owned", "lift", UUID.randomUUID().toString());
    }
  }

  @Test
  void reportShowsUnwellAgents() throws Exception {
    try (Serving serving = Serving.start(fleet.config())) {
      serving.awaitReport(report -> report.agents().size() == 2);
      JsonNode report = json("report");
      assertEquals(2, report.required("total_agents").asInt());
      assertEquals(1, report.required("total_cells").asInt());
      assertEquals(0, report.required("healthy_agents").asInt());
      JsonNode writer = report.required("agent_health").required("writer");
      assertEquals("writer", writer.required("agent_id").asString());
      assertEquals(FIRST.toString(), writer.required("cell_id").asString());
      assertTrue(writer.required("gateway").isNull());
      assertTrue(writer.has("response_time") && writer.has("timestamp"));
      assertTrue(done("report", "--unwell").out().contains("writer"));
    }
  }
}
