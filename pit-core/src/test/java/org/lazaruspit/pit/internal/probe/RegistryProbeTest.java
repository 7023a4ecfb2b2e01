package org.lazaruspit.pit.internal.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lazaruspit.heartbeat.AgentHealth;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HealthRules;
import org.lazaruspit.heartbeat.Heartbeat;
import org.lazaruspit.heartbeat.Waiting;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;

final class RegistryProbeTest {

  private long now;
  private final HealthRegistry registry =
      HealthRegistry.builder()
          .ticker(() -> now)
          .rules(
              HealthRules.builder()
                  .timeout(Duration.ofSeconds(1))
                  .massSilence(0.5, 2, Duration.ofHours(1))
                  .build())
          .build();
  private final RegistryProbe probe = new RegistryProbe(registry);

  @AfterEach
  void close() {
    registry.close();
  }

  private static ProbeTarget target(String id, long incarnation) {
    return new ProbeTarget(new AgentRef(new UUID(1, 1), id), id, incarnation, Optional.empty());
  }

  private ProbeResult probe(String id) {
    return probe.probe(List.of(target(id, 3))).get(0);
  }

  @Test
  void anAgentThatWasRegisteredIsProvenHealthyByItsFirstHeartbeatOnly() throws IOException {
    assertEquals(Verdict.UNKNOWN, probe("a").verdict());
    probe.register(target("a", 3));
    assertFalse(probe("a").provesHealthy(3));
    registry.heartbeat("a", Heartbeat.builder().incarnation(3).build());
    assertTrue(probe("a").provesHealthy(3));
    assertFalse(probe("a").provesHealthy(4));
  }

  @Test
  void theRegistrysVerdictIsPassedOnUnchanged() throws IOException {
    probe.register(target("a", 3));
    registry.reportFailure("a", "disk full");
    assertEquals(Verdict.DEGRADED, probe("a").verdict());
    registry.reportFailure("a", "disk full");
    registry.reportFailure("a", "disk full");
    assertEquals(Verdict.UNHEALTHY, probe("a").verdict());
    assertEquals("disk full", probe("a").detail());
  }

  @Test
  void aRegistryThatKnowsANewerIncarnationRefusesTheRegistration() throws IOException {
    probe.register(target("a", 4));
    IOException refused = assertThrows(IOException.class, () -> probe.register(target("a", 3)));
    assertTrue(refused.getMessage().contains("4"), refused::getMessage);
    assertEquals(4, probe("a").incarnation());
  }

  @Test
  void aSilenceThatManyShareIsCarriedAsHeld() throws IOException {
    probe.register(target("a", 3));
    probe.register(target("b", 3));
    now += Duration.ofSeconds(2).toNanos();
    registry.checkTimeouts();
    assertEquals(Optional.of("mass"), probe("a").held());
    assertEquals(Verdict.HEALTHY, probe("a").verdict());
  }

  @Test
  void theReasonOfAWaitIsCarriedInWords() throws IOException {
    registry.heartbeat(
        "a",
        Heartbeat.builder()
            .incarnation(3)
            .waiting(Waiting.until("quota", Instant.now().plusSeconds(60)))
            .build());
    assertTrue(probe("a").waiting().orElseThrow().startsWith("waits for quota until 2"));
  }

  @Test
  void lastHeartbeatAndProgressAreCarried() throws IOException {
    probe.register(target("a", 3));
    assertEquals(Optional.empty(), probe("a").lastHeartbeat());
    assertEquals(Optional.empty(), probe("a").progress());
    registry.heartbeat("a", Heartbeat.builder().incarnation(3).progress(42).build());
    assertEquals(registry.find("a").map(AgentHealth::lastHeartbeat), probe("a").lastHeartbeat());
    assertTrue(probe("a").lastHeartbeat().isPresent());
    assertEquals(Optional.of("42"), probe("a").progress());
  }

  @Test
  void aHeartbeatThatIsPassedOnCountsForItsIncarnationWithItsContent() throws IOException {
    probe.heartbeat(
        target("a", 3),
        "{\"progress\": \"step 2\", \"metadata\": {\"model\": \"large\"}, \"later\": [1],"
            + " \"waiting\": {\"for\": \"call\", \"until\": 5}, \"response_time\": 0.25}");
    AgentHealth health = registry.find("a").orElseThrow();
    assertEquals(3, health.incarnation());
    assertEquals("step 2", health.progress());
    assertEquals("large", health.metadata().get("model"));
    assertEquals(Duration.ofMillis(250), health.responseTime());
    assertTrue(probe("a").waiting().isPresent());
    assertThrows(IOException.class, () -> probe.heartbeat(target("a", 2), ""));
  }
}
