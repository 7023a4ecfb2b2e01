package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Default rule: at least half of at least ten agents within 300 s, held for 15 minutes at most. */
class MassSilenceTest {
  private final FakeTime time = new FakeTime();
  private final List<String> events = new ArrayList<>();
  private final HealthRegistry registry =
      HealthRegistry.builder().ticker(time).clock(time).listenerExecutor(Runnable::run).build();

  MassSilenceTest() {
    registry.addListener("test", event -> events.add(event.agentId() + " " + event.to()));
  }

  private void beat(int from, int to) {
    IntStream.range(from, to).forEach(i -> registry.heartbeat("a" + i));
  }

  private AgentHealth agent(int i) {
    return registry.find("a" + i).orElseThrow();
  }

  /** Advances time while agents {@code from} to {@code to} send heartbeats. */
  private void pass(int seconds, int from, int to) {
    for (int i = 0; i < seconds; i += 10) {
      time.advanceSeconds(10);
      beat(from, to);
      registry.checkTimeouts();
    }
  }

  @Test
  void silenceOfHalfTheFleetIsHeldAndShown() {
    beat(0, 10);
    pass(300, 5, 10);
    assertEquals(List.of(), events);
    assertEquals(HealthStatus.HEALTHY, agent(0).status());
    Held held = agent(0).held();
    assertNotNull(held);
    assertEquals(new Held("mass", time.instant(), time.instant().plusSeconds(900)), held);
    assertNull(agent(9).held());
  }

  @Test
  void silenceOfFewAgentsCounts() {
    beat(0, 10);
    pass(300, 4, 10);
    assertEquals(4, registry.snapshot(HealthStatus.DEGRADED).agents().size());
    assertNull(agent(0).held());
  }

  @Test
  void silenceOfASmallFleetCounts() {
    beat(0, 9);
    time.advanceSeconds(300);
    assertEquals(9, registry.checkTimeouts());
  }

  @Test
  void olderSilencesAreNotPartOfTheHold() {
    beat(0, 18);
    pass(700, 4, 18);
    assertEquals(4, events.size());
    pass(700, 8, 18);
    assertNull(agent(4).held());
    assertEquals(HealthStatus.DEGRADED, agent(4).status());
  }

  @Test
  void returningHeartbeatsEndTheHoldAndGiveOtherAgentsAnotherTimeout() {
    beat(0, 10);
    time.advanceSeconds(300);
    registry.checkTimeouts();
    time.advanceSeconds(400);
    beat(0, 6);
    registry.checkTimeouts();
    assertNull(agent(9).held());
    assertEquals(HealthStatus.HEALTHY, agent(9).status());
    pass(290, 0, 6);
    assertEquals(List.of(), events);
    pass(10, 0, 6);
    assertEquals(4, events.size());
    assertEquals(HealthStatus.DEGRADED, agent(9).status());
  }

  /** A self-preservation mode without end hides dead agents: eureka#1267, #1073. */
  @Test
  void holdDoesNotLatch() {
    beat(0, 10);
    time.advanceSeconds(300);
    registry.checkTimeouts();
    time.advanceSeconds(899);
    assertEquals(0, registry.checkTimeouts());
    time.advanceSeconds(1);
    assertEquals(10, registry.checkTimeouts());
    assertEquals(10, registry.snapshot(HealthStatus.UNHEALTHY).agents().size());
    assertNull(agent(0).held());
    time.advanceSeconds(600);
    registry.checkTimeouts();
    assertEquals(6, agent(0).consecutiveFailures());
  }

  @Test
  void removedAgentsEndTheHold() {
    beat(0, 10);
    pass(300, 5, 10);
    IntStream.range(0, 3).forEach(i -> registry.unregister("a" + i));
    registry.checkTimeouts();
    assertNull(agent(4).held());
    pass(300, 5, 10);
    assertEquals(List.of("a3 DEGRADED", "a4 DEGRADED"), events.stream().sorted().toList());
  }

  @Test
  void reportedFailuresAndStandstillCountDuringAHold() {
    beat(0, 10);
    pass(300, 5, 10);
    registry.reportFailure("a0", "process is gone");
    assertEquals(HealthStatus.DEGRADED, agent(0).status());
    assertNotNull(agent(0).held());
  }

  @Test
  void earlierSilencesOfTheHoldAreHeldToo() {
    beat(0, 4);
    time.advanceSeconds(10);
    beat(4, 10);
    time.advanceSeconds(290);
    assertEquals(4, registry.checkTimeouts());
    assertNull(agent(0).held());
    time.advanceSeconds(10);
    assertEquals(0, registry.checkTimeouts());
    assertNotNull(agent(0).held());
    assertNotNull(agent(9).held());
    time.advanceSeconds(700);
    assertEquals(0, registry.checkTimeouts());
    assertEquals(HealthStatus.DEGRADED, agent(0).status());
  }

  @Test
  void newIncarnationIsNotHeld() {
    beat(0, 10);
    time.advanceSeconds(300);
    registry.checkTimeouts();
    registry.register("a0", java.util.Map.of(), 1);
    assertNull(agent(0).held());
  }

  @Test
  void withoutTheRuleEverySilenceCounts() {
    registry.rules(HealthRules.builder().withoutMassSilence().build());
    beat(0, 10);
    time.advanceSeconds(300);
    assertEquals(10, registry.checkTimeouts());
  }

  @Test
  void ruleThatIsSwitchedOffEndsTheHold() {
    beat(0, 10);
    time.advanceSeconds(300);
    assertEquals(0, registry.checkTimeouts());
    registry.rules(HealthRules.builder().withoutMassSilence().build());
    assertEquals(10, registry.checkTimeouts());
  }

  @Test
  void holdLastsAsLongAsTheRuleSays() {
    registry.rules(HealthRules.builder().massSilence(1, 2, Duration.ofSeconds(5)).build());
    beat(0, 2);
    time.advanceSeconds(300);
    assertEquals(0, registry.checkTimeouts());
    time.advanceSeconds(5);
    assertEquals(2, registry.checkTimeouts());
  }
}
