package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HealthRegistryTest {
  private final FakeTime time = new FakeTime();
  private final HealthRegistry registry = builder().build();

  private HealthRegistryBuilder builder() {
    return HealthRegistry.builder().ticker(time).clock(time);
  }

  private AgentHealth agent(String id) {
    return registry.find(id).orElseThrow();
  }

  @Test
  void newAgentIsHealthyAndHasNoHeartbeatYet() {
    assertTrue(registry.register("a", Map.of("model", "large"), 3));
    assertEquals(
        new AgentHealth(
            "a",
            HealthStatus.HEALTHY,
            null,
            null,
            0,
            null,
            null,
            Map.of("model", "large"),
            3,
            null,
            null,
            null),
        agent("a"));
  }

  @Test
  void registeringAgainIsNotNewAndMergesMetadata() {
    registry.register("a", Map.of("x", 1, "y", 2), 0);
    assertFalse(registry.register("a", Map.of("y", 3), 0));
    assertEquals(Map.of("x", 1, "y", 3), agent("a").metadata());
  }

  @Test
  void heartbeatOfUnknownAgentRegistersIt() {
    assertEquals(new HeartbeatOutcome.Accepted(true), registry.heartbeat("a"));
    assertEquals(new HeartbeatOutcome.Accepted(false), registry.heartbeat("a"));
    assertEquals(1, registry.size());
    assertEquals(time.instant(), agent("a").lastHeartbeat());
  }

  @Test
  void heartbeatOfUnknownAgentIsRefusedIfRegistrationByHeartbeatIsOff() {
    HealthRegistry strict = builder().registerUnknown(false).build();
    assertEquals(new HeartbeatOutcome.UnknownAgent("a"), strict.heartbeat("a"));
    assertEquals(0, strict.size());
    strict.register("a");
    assertEquals(new HeartbeatOutcome.Accepted(false), strict.heartbeat("a"));
    assertInstanceOf(HeartbeatOutcome.BadId.class, strict.heartbeat("b a d"));
  }

  @Test
  void fullRegistryRefusesNewAgentsAndServesKnownAgents() {
    HealthRegistry small = builder().maxAgents(2).build();
    small.register("a");
    small.heartbeat("b");
    assertEquals(new HeartbeatOutcome.RegistryFull(2), small.heartbeat("c"));
    assertThrows(IllegalStateException.class, () -> small.register("c"));
    assertEquals(new HeartbeatOutcome.Accepted(false), small.heartbeat("a"));
    assertTrue(small.unregister("a"));
    assertEquals(new HeartbeatOutcome.Accepted(true), small.heartbeat("c"));
    assertEquals(2, small.size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "_", "9", "A.b-c_d", "00000000-0000-4000-8000-000000000000.writer-1"})
  void idsOfAgentsAndOfAgentsInCellsAreTaken(String id) {
    assertEquals(new HeartbeatOutcome.Accepted(true), registry.heartbeat(id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "-a", ".a", "a b", "a/b", "ä", "a\n", "a\0", "../a", "a:b"})
  void invalidIdIsRefused(String id) {
    assertInstanceOf(HeartbeatOutcome.BadId.class, registry.heartbeat(id));
    assertThrows(IllegalArgumentException.class, () -> registry.register(id));
    assertEquals(0, registry.size());
    assertEquals(Optional.empty(), registry.find(id));
  }

  @Test
  void idsHaveABoundedLength() {
    assertEquals(new HeartbeatOutcome.Accepted(true), registry.heartbeat("a".repeat(200)));
    HeartbeatOutcome outcome = registry.heartbeat("a".repeat(201));
    assertTrue(assertInstanceOf(HeartbeatOutcome.BadId.class, outcome).reason().contains("201"));
  }

  @Test
  void unregisteredAgentIsForgotten() {
    registry.heartbeat("a", Heartbeat.builder().incarnation(5).metadata("x", 1).build());
    assertTrue(registry.unregister("a"));
    assertFalse(registry.unregister("a"));
    assertEquals(Optional.empty(), registry.find("a"));
    assertEquals(Optional.empty(), registry.reportFailure("a", "x"));
    assertEquals(new HeartbeatOutcome.Accepted(true), registry.heartbeat("a"));
    assertEquals(Map.of(), agent("a").metadata());
  }

  @Test
  void responseTimeStaysUntilTheNextMeasurement() {
    registry.heartbeat("a", Heartbeat.builder().responseTime(Duration.ofMillis(120)).build());
    registry.heartbeat("a");
    assertEquals(Duration.ofMillis(120), agent("a").responseTime());
  }

  @Test
  void lastResponseCoversFailuresAndLastHeartbeatDoesNot() {
    registry.heartbeat("a");
    Instant beat = time.instant();
    time.advanceSeconds(7);
    AgentHealth failed = registry.reportFailure("a", "connection refused").orElseThrow();
    assertEquals(beat, failed.lastHeartbeat());
    assertEquals(time.instant(), failed.lastResponse());
    assertEquals("connection refused", failed.errorMessage());
    time.advanceSeconds(1);
    registry.heartbeat("a");
    assertEquals(time.instant(), agent("a").lastHeartbeat());
    assertEquals(time.instant(), agent("a").lastResponse());
    assertNull(agent("a").errorMessage());
  }

  @Test
  void failureAfterTheLastHeartbeatIsTheLastResponseAlsoWhenTheWallClockWasSetBack() {
    HealthRegistry registry = builder().build();
    registry.heartbeat("a");
    Instant earlier = time.instant().minusSeconds(3600);
    time.setWall(earlier);
    registry.reportFailure("a", "x");
    assertEquals(earlier, registry.find("a").orElseThrow().lastResponse());
  }

  @Test
  void sameNumberInAnotherNotationIsNoProgress() {
    HealthRules rules = HealthRules.builder().progressWindow(Duration.ofSeconds(60)).build();
    HealthRegistry registry = builder().rules(rules).build();
    AtomicLong steps = new AtomicLong(7);
    for (Number same : List.of(7, 7L, 7.0, new BigDecimal("7.00"), steps)) {
      registry.heartbeat("a", Heartbeat.builder().progress(same).build());
      time.advanceSeconds(15);
    }
    steps.set(8);
    assertEquals(
        new BigDecimal(7), Heartbeat.builder().progress(new AtomicLong(7)).build().progress());
    registry.checkTimeouts();
    assertEquals(HealthStatus.DEGRADED, registry.find("a").orElseThrow().status());
    registry.heartbeat("a", Heartbeat.builder().progress(steps).build());
    assertEquals(HealthStatus.HEALTHY, registry.find("a").orElseThrow().status());
    Heartbeat.Builder beat = Heartbeat.builder();
    assertThrows(IllegalArgumentException.class, () -> beat.progress(Double.NaN));
  }

  @Test
  void agentRemovedDuringIterationIsNotShownAsHealthy() {
    HealthRegistry registry = builder().build();
    registry.register("a");
    registry.register("b");
    registry.reportFailure("a", "x");
    registry.reportFailure("b", "x");
    List<HealthStatus> shown = new ArrayList<>();
    registry.forEach(
        agent -> {
          shown.add(agent.status());
          registry.unregister("a");
          registry.unregister("b");
        });
    assertEquals(List.of(HealthStatus.DEGRADED), shown);
  }

  @Test
  void agentReplacedDuringIterationOfOneStatusIsShownWithThatStatusOnly() {
    HealthRegistry registry = builder().build();
    registry.register("a");
    registry.register("b");
    List<HealthStatus> shown = new ArrayList<>();
    registry.forEach(
        HealthStatus.HEALTHY,
        agent -> {
          shown.add(agent.status());
          for (String id : List.of("a", "b")) {
            registry.register(id, Map.of(), 1);
            registry.reportFailure(id, "x");
          }
        });
    assertEquals(List.of(HealthStatus.HEALTHY), shown);
  }

  @Test
  void silenceMessageHasItsLength() {
    registry.heartbeat("a");
    time.advance(Duration.ofMillis(754_321));
    registry.checkTimeouts();
    assertEquals("silent for 754.321 s", agent("a").errorMessage());
  }

  @Test
  void standstillMessageSaysAliveAndStuck() {
    registry.rules(HealthRules.builder().progressWindow(Duration.ofSeconds(60)).build());
    Heartbeat beat = Heartbeat.builder().progress(12).build();
    registry.heartbeat("a", beat);
    time.advanceSeconds(130);
    registry.heartbeat("a", beat);
    assertEquals("alive and stuck: no progress for 120 s", agent("a").errorMessage());
    assertEquals(12, agent("a").progress());
  }

  @Test
  void waitingAgentIsShownAsWaitingUntilItsNextHeartbeat() {
    registry.heartbeat("a", waiting(Waiting.lasting("quota", Duration.ofMinutes(10))));
    assertEquals(Waiting.until("quota", time.instant().plusSeconds(600)), agent("a").waiting());
    registry.heartbeat("a", waiting(Waiting.until("human", time.instant().plusSeconds(60))));
    assertEquals(Waiting.until("human", time.instant().plusSeconds(60)), agent("a").waiting());
    registry.heartbeat("a");
    assertNull(agent("a").waiting());
  }

  @Test
  void waitBeyondTheCeilingIsShownAsCutToIt() {
    Instant ceiling = time.instant().plusSeconds(3600);
    registry.heartbeat("a", waiting(Waiting.of("human")));
    assertEquals(Waiting.until("human", ceiling), agent("a").waiting());
    registry.heartbeat("b", waiting(Waiting.until("human", Instant.MAX)));
    assertEquals(Waiting.until("human", ceiling), agent("b").waiting());
  }

  @Test
  void waitThatEndsBeforeItsStartIsIgnored() {
    registry.heartbeat("a", waiting(Waiting.until("human", Instant.MIN)));
    time.advanceSeconds(300);
    assertEquals(1, registry.checkTimeouts());
  }

  private static Heartbeat waiting(Waiting wait) {
    return Heartbeat.builder().waiting(wait).build();
  }

  @Test
  void snapshotCountsAllAgentsAndShowsTheSelectedStatus() {
    registry.register("well");
    registry.register("ill");
    registry.reportFailure("ill", "x");
    registry.register("dead");
    for (int i = 0; i < 3; i++) {
      registry.reportFailure("dead", "x");
    }
    FleetHealth all = registry.snapshot();
    assertEquals(Set.of("well", "ill", "dead"), all.agents().keySet());
    assertEquals(
        List.of(3, 1, 1, 1), List.of(all.total(), all.healthy(), all.degraded(), all.unhealthy()));
    assertEquals(time.instant(), all.timestamp());
    FleetHealth dead = registry.snapshot(HealthStatus.UNHEALTHY);
    assertEquals(Set.of("dead"), dead.agents().keySet());
    assertEquals(3, dead.total());
    List<String> degraded = new ArrayList<>();
    registry.forEach(HealthStatus.DEGRADED, agent -> degraded.add(agent.agentId()));
    assertEquals(List.of("ill"), degraded);
  }

  @Test
  void snapshotDoesNotChangeAnyMore() {
    registry.register("a");
    FleetHealth before = registry.snapshot();
    registry.reportFailure("a", "x");
    registry.register("b");
    assertEquals(HealthStatus.HEALTHY, before.agents().values().iterator().next().status());
    assertEquals(1, before.agents().size());
    assertThrows(UnsupportedOperationException.class, () -> before.agents().clear());
  }

  @Test
  void settingTheWallClockChangesNothing() {
    registry.register("a");
    time.setWall(Instant.parse("2036-01-01T00:00:00Z"));
    assertEquals(0, registry.checkTimeouts());
    time.setWall(Instant.parse("1999-01-01T00:00:00Z"));
    assertEquals(0, registry.checkTimeouts());
    time.advanceSeconds(300);
    assertEquals(1, registry.checkTimeouts());
  }

  @Test
  void rulesOfOneAgentHoldForItAlone() {
    registry.register("a");
    registry.register("b");
    HealthRules quick = HealthRules.builder().timeout(Duration.ofSeconds(5)).build();
    assertTrue(registry.rulesFor("a", quick));
    assertFalse(registry.rulesFor("unknown", quick));
    assertEquals(Optional.of(quick), registry.rulesFor("a"));
    assertEquals(Optional.of(HealthRules.DEFAULT), registry.rulesFor("b"));
    time.advanceSeconds(5);
    registry.checkTimeouts();
    assertEquals(HealthStatus.DEGRADED, agent("a").status());
    assertEquals(HealthStatus.HEALTHY, agent("b").status());
  }

  @Test
  void clearedRulesFallBackToTheRegistrysRules() {
    registry.register("a");
    registry.rulesFor("a", HealthRules.builder().timeout(Duration.ofDays(1)).build());
    time.advanceSeconds(400);
    assertEquals(0, registry.checkTimeouts());
    assertTrue(registry.clearRulesFor("a"));
    assertFalse(registry.clearRulesFor("a"));
    assertEquals(1, registry.checkTimeouts());
  }

  @Test
  void rulesOfOneAgentHoldForItsNextIncarnationToo() {
    registry.register("a");
    HealthRules quick = HealthRules.builder().timeout(Duration.ofSeconds(5)).build();
    registry.rulesFor("a", quick);
    registry.register("a", Map.of(), 1);
    assertEquals(Optional.of(quick), registry.rulesFor("a"));
    registry.unregister("a");
    registry.register("a");
    assertEquals(Optional.of(HealthRules.DEFAULT), registry.rulesFor("a"));
  }

  @Test
  void newRulesHoldAtOnce() {
    registry.register("a");
    time.advanceSeconds(30);
    assertEquals(0, registry.checkTimeouts());
    registry.rules(HealthRules.builder().timeout(Duration.ofSeconds(10)).build());
    assertEquals(1, registry.checkTimeouts());
    assertEquals(HealthStatus.UNHEALTHY, agent("a").status());
  }

  @Test
  void longerTimeoutKeepsFailuresButMovesTheNextDeadline() {
    registry.register("a");
    time.advanceSeconds(300);
    registry.checkTimeouts();
    registry.rules(HealthRules.builder().timeout(Duration.ofSeconds(1000)).build());
    registry.checkTimeouts();
    assertEquals(HealthStatus.DEGRADED, agent("a").status());
    assertEquals(1, agent("a").consecutiveFailures());
    time.advanceSeconds(1699);
    registry.checkTimeouts();
    assertEquals(1, agent("a").consecutiveFailures());
    time.advanceSeconds(1);
    registry.checkTimeouts();
    assertEquals(2, agent("a").consecutiveFailures());
  }

  @Test
  void lowerThresholdAppliesToCountedFailures() {
    registry.register("a");
    registry.reportFailure("a", "x");
    registry.reportFailure("a", "x");
    registry.rules(HealthRules.builder().unhealthyAfter(2).build());
    registry.checkTimeouts();
    assertEquals(HealthStatus.UNHEALTHY, agent("a").status());
  }

  @Test
  void endedWaitBringsTheDeadlineForwardAgain() {
    HealthRules rules = HealthRules.builder().timeout(Duration.ofSeconds(20)).build();
    registry.rules(rules);
    registry.heartbeat("a", waiting(Waiting.of("call")));
    for (int i = 0; i < 100; i++) {
      time.advanceSeconds(1);
      registry.checkTimeouts();
    }
    registry.heartbeat("a");
    time.advanceSeconds(20);
    assertEquals(1, registry.checkTimeouts());
  }

  @Test
  void longErrorIsCut() {
    registry.register("a");
    String error = registry.reportFailure("a", "x".repeat(5_000)).orElseThrow().errorMessage();
    assertEquals("x".repeat(1_000), error);
  }

  @Test
  void negativeIncarnationIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> registry.register("a", Map.of(), -1));
    assertThrows(IllegalArgumentException.class, () -> Heartbeat.builder().incarnation(-1));
  }
}
