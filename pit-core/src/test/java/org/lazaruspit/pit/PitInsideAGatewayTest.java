package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.pit.internal.detection.EmbeddedRegistries;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.lazaruspit.pit.testkit.RealPitFixture;

/** A pit in the JVM of the registry that its agents beat to. */
final class PitInsideAGatewayTest extends RealPitFixture {

  private final List<String> requests = new CopyOnWriteArrayList<>();

  /** Probe that would send requests; must not be used. */
  private final HealthProbe forbidden =
      new HealthProbe() {
        @Override
        public String name() {
          return "forbidden";
        }

        @Override
        public List<ProbeResult> probe(List<ProbeTarget> targets) {
          requests.add("probe " + targets);
          return List.of();
        }

        @Override
        public void register(ProbeTarget target) {
          requests.add("register " + target);
        }
      };

  /** Polls only once a day: each revival is caused by an event of the registry. */
  private PitBuilder seldomPolling() throws IOException {
    String text = configText("run", 3).replace("\"poll_interval\": 1", "\"poll_interval\": 86400");
    return LazarusPit.builder(PitConfig.parse(folder.resolve("config.json"), text))
        .probe(forbidden);
  }

  @Test
  void aPitListensToTheRegistryInsteadOfPollingAndSendsNoRequest() throws Exception {
    addAgent();
    registry.start();
    try (LazarusPit pit = startPit(seldomPolling().registry("g", registry))) {
      await(RevivalStatus.REVIVED);
      assertEquals(1, registry.find("writer").orElseThrow().incarnation());
      signal("STOP", pidOfStart(0)); // no heartbeat may cancel the reported failure
      for (int i = 0; i < 3; i++) {
        registry.reportFailure("writer", "disk full");
      }
      Revival revival = await(RevivalStatus.REVIVED);
      assertEquals(FailureCause.REPORTED, revival.cause());
      assertEquals(2, registry.find("writer").orElseThrow().incarnation());
      assertEquals(2, pit.engine().revivals().size());
    }
    assertEquals(List.of(), requests);
    assertTrue(registry.find("writer").isPresent(), "no agent is removed from the registry");
  }

  @Test
  void aRegistryWithoutANameCoversAllGatewaysThatAreNotListed() throws Exception {
    registry.start();
    try (HealthRegistry listed = HealthRegistry.create()) {
      EmbeddedRegistries registries = new EmbeddedRegistries(Map.of(), registry, List.of("g"));
      assertTrue(registries.has("here"));
      assertFalse(registries.has("g"));
      assertThrows(
          IllegalArgumentException.class,
          () -> seldomPolling().registry(registry).registry(listed));
      assertThrows(
          IllegalArgumentException.class,
          () -> seldomPolling().registry("g", registry).registry("g", listed));
    }
  }

  @Test
  void anEndedPitNoLongerListens() {
    AtomicInteger news = new AtomicInteger();
    EmbeddedRegistries registries =
        new EmbeddedRegistries(Map.of("g", registry), registry, List.of("g"));
    registry.register("a");
    registries.listen(news::incrementAndGet);
    registry.reportFailure("a", "disk full");
    registry.checkTimeouts();
    assertEquals(1, news.get(), "one event per change, for any number of names of the registry");
    registries.close();
    registry.heartbeat("a");
    registry.checkTimeouts();
    assertEquals(1, news.get());
  }

  @Test
  void ofTwoAgentsWithOneKeyTheFirstByCellIdIsJudged() throws Exception {
    addAgent();
    registry.start();
    policy(AutoRevive.NO);
    // As a signed number this id is negative and would be first.
    UUID second = UUID.fromString("ff0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10");
    var other =
        MissionStore.open(folder.resolve("missions"))
            .create(NewCell.builder("Other").cellId(second).build());
    CellEditor.of(other.directory())
        .addAgent(AgentSpec.of("writer", "Writer", Role.WRITE).withGateway("g"));
    try (LazarusPit pit = startPit(seldomPolling().registry("g", registry))) {
      PitReport report = await(reports, found -> found.agents().size() == 2);
      assertEquals(CELL, report.agents().get(0).agent().cellId());
      assertTrue(report.agents().get(0).judgement().startsWith("dead"), report.agents()::toString);
      assertEquals(
          AGENT
              + " has its key \"writer\" at its gateway; give it another id or gateway, or set agent_key to \"cell\"",
          report.agents().get(1).judgement());
    }
  }
}
