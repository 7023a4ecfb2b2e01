package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.Role;
import org.lazaruspit.cell.TaskSpec;
import org.lazaruspit.cell.TaskStatus;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HeartbeatOutcome;
import org.lazaruspit.heartbeat.http.HeartbeatServer;
import org.lazaruspit.heartbeat.http.TokenCheck;
import org.lazaruspit.pit.internal.probe.AgentToken;
import org.lazaruspit.pit.testkit.RealPitFixture;

/** How a pit detects failures, with real processes, files and a real gateway. */
final class PitSensesTest extends RealPitFixture {

  private LazarusPit startPit(String behaviour, String change) throws IOException {
    String text =
        configText(behaviour, 3).replace("\"poll_interval\": 1", "\"poll_interval\": " + change);
    return startPit(LazarusPit.builder(PitConfig.parse(folder.resolve("config.json"), text)));
  }

  @Test
  void aGatewaysVerdictIsActedOnWithoutWaitingForTheNextPoll() throws Exception {
    registry.start();
    addAgent();
    try (LazarusPit pit = startPit("run", "86400")) {
      await(RevivalStatus.REVIVED);
      signal("STOP", pidOfStart(0)); // no heartbeat may cancel the reported failure
      for (int i = 0; i < 3; i++) {
        registry.reportFailure("writer", "disk full");
      }
      assertEquals(FailureCause.REPORTED, await(RevivalStatus.REVIVED).cause());
      assertEquals(2, pit.engine().revivals().size());
    }
  }

  @Test
  void agentsThatTheirGatewayForgotAreRegisteredAgainAndNotRevived() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
      signal("STOP", pidOfStart(0)); // sends no heartbeat
      int port = gateway.address().getPort();
      gateway.close();
      registry.close();
      // The first heartbeat that it receives of the agent has no incarnation.
      registry = HealthRegistry.create();
      registry.heartbeat("writer");
      gateway = HeartbeatServer.builder(registry).port(port).start();
      await(
          reports,
          report ->
              registry.find("writer").orElseThrow().incarnation() == 1
                  && report.healthyAgents() == 1);
      assertEquals(1, pit.engine().revivals().size());
      assertEquals(1, starts().size());
    }
  }

  @Test
  void anAgentWithoutANetworkIsProvenHealthyAtItsGatewayByItsFile() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("file", 3)) {
      assertEquals("writer", await(RevivalStatus.REVIVED).agent().agentId());
      assertTrue(registry.find("writer").orElseThrow().lastHeartbeat() != null);
      kill(pidOfStart(0));
      assertEquals(2, await(RevivalStatus.REVIVED).incarnation());
      assertEquals(2, registry.find("writer").orElseThrow().incarnation());
    }
  }

  @Tag("full")
  @Test
  void anAgentWithoutAGatewayThatFallsSilentInItsFileIsRevived() throws Exception {
    CellEditor.of(cell.directory()).addAgent(AgentSpec.of("writer", "Writer", Role.WRITE));
    try (LazarusPit pit = startPit("file", "1, \"timeout\": 1")) {
      await(RevivalStatus.REVIVED);
      await(reports, report -> report.healthyAgents() == 1);
      awaitRounds(1); // the file is in use
      signal("STOP", pidOfStart(0));
      Revival revival = await(RevivalStatus.REVIVED);
      assertEquals(FailureCause.SILENCE, revival.cause());
      assertEquals(2, revival.incarnation());
      assertTrue(revival.reason().startsWith("silent for "), revival::reason);
    }
  }

  @Test
  void anAgentThatItsGatewayRefusesToRegisterIsJudgedByTheTimeoutOfThePit() throws Exception {
    gateway.close();
    registry.close();
    registry = HealthRegistry.builder().maxAgents(1).build();
    gateway = HeartbeatServer.builder(registry).port(0).start();
    addAgent();
    try (LazarusPit pit = startPit("run", "1, \"timeout\": 1")) {
      await(RevivalStatus.REVIVED);
      do {
        registry.unregister("writer"); // which beats on: repeated until the test is faster
      } while (!(registry.tryRegister("other", Map.of(), 0) instanceof HeartbeatOutcome.Accepted));
      Revival revival = await(RevivalStatus.PENDING);
      assertEquals(FailureCause.SILENCE, revival.cause());
      assertTrue(
          revival.reason().startsWith("gateway g does not know it, silent for "), revival::reason);
    }
  }

  @Test
  void aChangeInACellIsActedOnWithoutWaitingForTheNextPoll() throws Exception {
    try (LazarusPit pit = startPit("run", "86400")) {
      await(reports, report -> report.cells() == 1);
      addAgent();
      await(RevivalStatus.REVIVED);
      assertTrue(pit.health().well(), () -> pit.health().toString());
      assertTrue(pit.health().rounds() > 1);
      assertEquals(1, pit.health().failuresSeen());
      assertEquals(1, pit.health().failuresActedOn());
    }
  }

  @Test
  void overdueTasksAreReportedAndNothingIsEnded() throws Exception {
    addAgent();
    Instant longAgo = Instant.now().minusSeconds(100_000);
    Path task = cell.directory().resolve("tasks").resolve("draft.json");
    CellEditor.of(cell.directory())
        .addTask(TaskSpec.of("draft", "Draft", longAgo).withStatus(TaskStatus.IN_PROGRESS));
    Files.setLastModifiedTime(task, FileTime.from(longAgo));
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
      PitReport report = await(reports, found -> !found.overdue().isEmpty());
      assertEquals(
          List.of(
              new PitReport.Overdue(
                  PitReport.Overdue.Kind.TASK,
                  CELL,
                  "draft",
                  longAgo.truncatedTo(ChronoUnit.MILLIS).plus(TaskSpec.DEFAULT_TIMEOUT))),
          report.overdue().stream()
              .map(
                  found ->
                      new PitReport.Overdue(
                          found.kind(),
                          found.cellId(),
                          found.id(),
                          found.since().truncatedTo(ChronoUnit.MILLIS)))
              .toList());
      assertTrue(ProcessHandle.of(pidOfStart(0)).orElseThrow().isAlive());
    }
  }

  @Test
  void anAgentUsesATokenOfItsOwnAtItsGateway() throws Exception {
    gateway.close();
    String secret = "0123456789abcdef0123456789abcdef";
    TokenCheck check =
        TokenCheck.builder()
            .token(secret)
            .agentToken("writer", AgentToken.derive(secret, CELL, "writer"))
            .build();
    gateway = HeartbeatServer.builder(registry).port(0).tokens(check).start();
    Path token = Files.writeString(folder.resolve("token"), secret);
    String text =
        configText("run", 3)
            .replace("\"name\": \"g\",", "\"name\": \"g\", \"token_file\": \"" + token + "\",");
    addAgent();
    try (LazarusPit pit =
        startPit(LazarusPit.builder(PitConfig.parse(folder.resolve("config.json"), text)))) {
      await(RevivalStatus.REVIVED);
      Path own = folder.resolve("state/tokens").resolve(CELL.toString()).resolve("writer");
      assertEquals(AgentToken.derive(secret, CELL, "writer"), Files.readString(own).strip());
    }
  }
}
