package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CellStatus;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.heartbeat.http.HeartbeatServer;
import org.lazaruspit.heartbeat.http.TokenCheck;
import org.lazaruspit.pit.PitReport.AgentLine;
import org.lazaruspit.pit.PitReport.Status;
import org.lazaruspit.pit.internal.probe.HeartbeatFile;
import org.lazaruspit.pit.internal.process.ProcessReviver;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;
import org.lazaruspit.pit.testkit.RealPitFixture;

/** Two agents of different cells with one key at a real gateway that checks tokens. */
final class SharedKeyTest extends RealPitFixture {

  /** Lower than the owner's, as a newcomer may choose it. */
  private static final UUID LOWER = UUID.fromString("00000000-0000-4000-8000-000000000001");

  private static final AgentRef NEWCOMER = new AgentRef(LOWER, "writer");
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  private MissionCell lower;

  @BeforeEach
  void gatewayAsksForTokens() throws IOException {
    gateway.close();
    gateway = HeartbeatServer.builder(registry).port(0).tokens(TokenCheck.of(SECRET)).start();
    addAgent();
  }

  @AfterEach
  void newcomerIsGone() throws Exception {
    Reviver reviver =
        new ProcessReviver().configured(new Settings(Map.of(), folder.resolve("state")));
    assertInstanceOf(
        StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(NEWCOMER, Duration.ZERO)));
    reviver.close();
  }

  private LazarusPit startPit() throws IOException {
    Path token = Files.writeString(folder.resolve("token"), SECRET);
    String text =
        configText("run", 3)
            .replace("\"name\": \"g\",", "\"name\": \"g\", \"token_file\": \"" + token + "\",");
    return startPit(LazarusPit.builder(PitConfig.parse(folder.resolve("config.json"), text)));
  }

  private void createNewcomer() throws IOException {
    lower =
        MissionStore.open(folder.resolve("missions"))
            .create(
                NewCell.builder("Newcomer")
                    .cellId(LOWER)
                    .agent(AgentSpec.of("writer", "Other", Role.WRITE).withGateway("g"))
                    .build());
  }

  private static AgentLine line(PitReport report, AgentRef agent) {
    return report.agents().stream()
        .filter(line -> line.agent().equals(agent))
        .findFirst()
        .orElseThrow();
  }

  private void assertRefused(LazarusPit pit) throws Exception {
    Path beats = HeartbeatFile.path(lower.directory(), "writer");
    Files.createDirectories(beats.getParent());
    Files.writeString(beats, "{\"progress\": \"forged\"}");
    awaitRounds(2);
    assertNull(registry.find("writer").orElseThrow().progress(), "not forwarded");
    AgentLine refused = line(pit.report(), NEWCOMER);
    assertEquals(Status.REFUSED, refused.status(), refused::judgement);
    assertTrue(
        refused.judgement().startsWith(AGENT + " has its key \"writer\""), refused::judgement);
    assertEquals(Status.HEALTHY, line(pit.report(), AGENT).status());
    assertEquals(
        "nothing while blocked: " + refused.judgement(), pit.engine().why(NEWCOMER).next());
    assertThrows(IllegalStateException.class, () -> pit.engine().revive(NEWCOMER, "please"));
    assertFalse(Files.exists(lower.directory().resolve("artifacts").resolve("writer.starts")));
    assertFalse(Files.exists(folder.resolve("state/tokens").resolve(LOWER.toString())));
    assertTrue(
        pit.engine().revivals().stream().noneMatch(it -> it.agent().equals(NEWCOMER)),
        "not requested");
  }

  @Test
  void supervisedAgentKeepsItsKeyUntilItsMissionEnds() throws Exception {
    try (LazarusPit pit = startPit()) {
      await(RevivalStatus.REVIVED);
      createNewcomer();
      pit.wakeUp();
      assertRefused(pit);
      killAndAwaitEnd(pidOfStart(0));
      assertEquals(AGENT, await(RevivalStatus.REVIVED).agent());
      assertEquals(2, registry.find("writer").orElseThrow().incarnation());
    }
    try (LazarusPit pit = startPit()) {
      assertRefused(pit);
      // The process of the ended mission runs on, and beats in incarnation 2 with its old token.
      CellEditor.of(cell.directory())
          .updateConfig(config -> config.withStatus(CellStatus.COMPLETED));
      pit.wakeUp();
      Revival started = await(RevivalStatus.REVIVED);
      assertEquals(NEWCOMER, started.agent());
      assertEquals(1, started.incarnation());
      awaitRounds(2);
      assertEquals(Status.HEALTHY, line(pit.report(), NEWCOMER).status());
      assertEquals(1, registry.find("writer").orElseThrow().incarnation());
    }
  }
}
