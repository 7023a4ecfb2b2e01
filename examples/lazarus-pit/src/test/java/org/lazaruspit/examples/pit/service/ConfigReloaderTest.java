package org.lazaruspit.examples.pit.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.examples.pit.SmallFleet;
import org.lazaruspit.examples.pit.cli.ControlClient;
import org.lazaruspit.examples.pit.cli.RefusedException;
import org.lazaruspit.examples.pit.control.CurrentPit;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitListener;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.spi.AgentRef;
import tools.jackson.databind.JsonNode;

/** Reloads of a running daemon. */
@Timeout(60)
final class ConfigReloaderTest {

  private static final UUID CELL = UUID.fromString("4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10");

  @TempDir Path folder;
  private SmallFleet fleet;

  @BeforeEach
  void configure() throws IOException {
    fleet = new SmallFleet(folder, fields("30"));
  }

  private String fields(String poll) {
    return ", \"poll_interval\": "
        + poll
        + ", \"launchers\": {\"default\": {\"command\": [\"sleep\", \"600\"]}}";
  }

  private void write(String fields) throws IOException {
    Files.writeString(
        fleet.config(), "{\"missions_path\": \"%s\"%s}".formatted(fleet.root(), fields));
  }

  private JsonNode reload() throws IOException {
    return ControlClient.find(PitConfig.load(fleet.config())).post("/api/reload", Json.object());
  }

  private String refused() {
    return assertThrows(RefusedException.class, this::reload).getMessage();
  }

  private Path addCell() throws IOException {
    Path cell =
        MissionStore.open(fleet.root())
            .create(NewCell.builder("Reload").cellId(CELL).build())
            .directory();
    CellEditor.of(cell).addAgent(AgentSpec.of("runs", "Runs", Role.WRITE));
    CellEditor.of(cell).addAgent(AgentSpec.of("paused", "Paused", Role.WRITE));
    return cell;
  }

  @AfterEach
  void killAgents() throws IOException {
    fleet.killAgents();
  }

  private static Revival revived(LazarusPit pit, String agent) throws InterruptedException {
    while (true) {
      Optional<Revival> found =
          pit.engine().revivals().stream()
              .filter(revival -> revival.agent().agentId().equals(agent))
              .filter(revival -> revival.status() == RevivalStatus.REVIVED)
              .findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      new CountDownLatch(1).await(20, java.util.concurrent.TimeUnit.MILLISECONDS);
    }
  }

  @Test
  void agentsRunOnAndNothingIsForgottenWhileTheSettingsChange() throws Exception {
    addCell();
    AgentRef paused = new AgentRef(CELL, "paused");
    try (Daemon daemon = fleet.start()) {
      LazarusPit first = daemon.current().work().pit();
      Revival started = revived(first, "runs");
      revived(first, "paused");
      first.engine().pause(paused, Optional.empty(), "by hand");
      List<String> before = first.engine().revivals().stream().map(Revival::id).sorted().toList();
      URI url = daemon.url();
      write(fields("7"));
      assertTrue(reload().required("reloaded").asBoolean());

      LazarusPit second = daemon.current().work().pit();
      assertNotEquals(first, second);
      assertEquals(url, daemon.url());
      assertEquals(Duration.ofSeconds(7), daemon.current().work().config().pollInterval());
      assertEquals(before, second.engine().revivals().stream().map(Revival::id).sorted().toList());
      assertEquals(
          List.of(Restriction.Kind.PAUSED),
          second.engine().restrictions(paused).stream().map(Restriction::kind).toList());
      assertTrue(
          second.report().agents().stream()
              .anyMatch(line -> line.agent().agentId().equals("runs") && line.healthy()),
          () -> second.report().toString());
      assertEquals(1, started.incarnation());
      JsonNode status = ControlClient.find(PitConfig.load(fleet.config())).get("/api/status");
      assertEquals(7, status.required("config").required("poll_interval").asLong());
      assertEquals(2, status.required("agents").asLong());
    }
  }

  @Test
  void invalidConfigurationIsReportedAndTheOldOneStaysInForce() throws Exception {
    try (Daemon daemon = fleet.start()) {
      LazarusPit pit = daemon.current().work().pit();
      write(", \"poll_interval\": \"often\", \"colour\": 1");
      String why = assertThrows(RefusedException.class, this::reloadWithOldState).getMessage();
      assertTrue(why.contains("the old configuration stays in force"), why);
      assertTrue(why.contains("poll_interval") && why.contains("colour"), why);
      write(", \"state_directory\": \"%s\"".formatted(folder.resolve("elsewhere")));
      why = assertThrows(RefusedException.class, this::reloadWithOldState).getMessage();
      assertTrue(why.contains("state_directory") && why.contains("restart"), why);
      write(", \"reviver\": \"necromancer\"");
      assertTrue(refused().contains("necromancer"));
      try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
        write(", \"control\": {\"port\": %d}".formatted(taken.getLocalPort()));
        why = refused();
        assertTrue(why.contains("control"), why);
      }
      assertSame(pit, daemon.current().work().pit());
      assertTrue(pit.health().well());
      write(fields("30"));
      reload();
    }
  }

  private void reloadWithOldState() throws IOException {
    PitConfig old = PitConfig.builder(fleet.state()).build();
    ControlClient.find(old).post("/api/reload", Json.object());
  }

  @Test
  void theAddressMovesWhereTheConfigurationMovesIt() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (Daemon daemon = fleet.start()) {
      URI before = daemon.url();
      write(", \"control\": {\"port\": %d}".formatted(port));
      reload();
      assertEquals(port, daemon.url().getPort());
      assertFalse(before.equals(daemon.url()));
      assertEquals(0, fleet.ask("status").status());
    }
    assertEquals(1, fleet.ask("status").status());
  }

  @Test
  void pitThatCannotStartEndsTheDaemon() throws Exception {
    CountDownLatch failed = new CountDownLatch(1);
    PitConfig config = PitConfig.load(fleet.config());
    PitFactory factory = new PitFactory(false, List.of(new PitListener() {}));
    CurrentPit.Work work = factory.make(config);
    CurrentPit current = new CurrentPit(java.time.Instant.now(), false, work);
    work.pit().start();
    ConfigReloader reloader =
        new ConfigReloader(
            () -> config,
            factory,
            current,
            new io.prometheus.metrics.model.registry.PrometheusRegistry(),
            failed::countDown);
    work.pit().close();
    CurrentPit.Work next = factory.make(config);
    next.pit().close(); // a closed pit cannot start
    assertThrows(IllegalStateException.class, () -> reloader.start(next));
    assertEquals(0, failed.getCount());
  }
}
