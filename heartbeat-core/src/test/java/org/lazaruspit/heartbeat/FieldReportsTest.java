package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Failures that users of other supervisors and registries reported, each with its issue. */
class FieldReportsTest {
  private final FakeTime time = new FakeTime();
  private final List<String> events = new ArrayList<>();
  private final HealthRegistry registry =
      HealthRegistry.builder()
          .ticker(time)
          .clock(time)
          .checkInterval(Duration.ofSeconds(10))
          .listenerExecutor(Runnable::run)
          .build();

  FieldReportsTest() {
    registry.addListener("test", event -> events.add(event.agentId() + " " + event.to()));
  }

  private AgentHealth agent(String id) {
    return registry.find(id).orElseThrow();
  }

  private static Heartbeat of(long incarnation) {
    return Heartbeat.builder().incarnation(incarnation).build();
  }

  private void pass(int seconds, Runnable meanwhile) {
    for (int i = 0; i < seconds; i += 10) {
      time.advanceSeconds(10);
      meanwhile.run();
      registry.checkTimeouts();
    }
  }

  private void pass(int seconds) {
    pass(seconds, () -> {});
  }

  /** Heartbeats of the old session caused the new session to be killed repeatedly: gastown#589. */
  @Test
  void zombiesHeartbeatChangesNothingForItsSuccessor() {
    registry.heartbeat("a", of(1));
    registry.register("a", Map.of("pid", 2), 2);
    pass(100, () -> registry.heartbeat("a", of(1)));
    pass(200, () -> registry.heartbeat("a", Heartbeat.EMPTY));
    AgentHealth successor = agent("a");
    assertEquals(HealthStatus.DEGRADED, successor.status());
    assertEquals(2, successor.incarnation());
    assertNull(successor.lastHeartbeat());
    assertEquals(Map.of("pid", 2), successor.metadata());
    registry.heartbeat("a", of(2));
    pass(290, () -> registry.heartbeat("a", of(1)));
    assertEquals(HealthStatus.HEALTHY, agent("a").status());
  }

  /**
   * A new claim inherited the heartbeat of its predecessor and was taken for dead at once:
   * hermes-agent#119155.
   */
  @Test
  void freshIncarnationInheritsNeitherTheLastHeartbeatNorItsSilence() {
    registry.heartbeat("a", Heartbeat.builder().incarnation(1).progress("x").build());
    pass(3_000);
    assertEquals(HealthStatus.UNHEALTHY, agent("a").status());
    registry.register("a", Map.of(), 2);
    assertEquals(
        new AgentHealth(
            "a", HealthStatus.HEALTHY, null, null, 0, null, null, Map.of(), 2, null, null, null),
        agent("a"));
    events.clear();
    pass(290);
    assertEquals(List.of(), events);
  }

  /** A failure of the old incarnation does not count for its successor. */
  @Test
  void lateReportOfTheOldIncarnationDoesNotCountForTheNew() {
    registry.heartbeat("a", of(2));
    AgentHealth health = registry.reportFailure("a", "exit status 137", 1).orElseThrow();
    assertEquals(HealthStatus.HEALTHY, health.status());
    assertEquals(0, health.consecutiveFailures());
    assertEquals(HealthStatus.DEGRADED, registry.reportFailure("a", "x", 2).orElseThrow().status());
  }

  /** A flapping agent raised an alert at every change: consul#2890. */
  @Test
  void agentThatFlapsStaysDegradedUntilItIsSteady() {
    registry.rules(HealthRules.builder().recoverAfter(3).build());
    registry.register("a");
    for (int i = 0; i < 20; i++) {
      registry.reportFailure("a", "502");
      registry.heartbeat("a");
      registry.heartbeat("a");
    }
    assertEquals(List.of("a DEGRADED"), events);
    registry.heartbeat("a");
    assertEquals(List.of("a DEGRADED", "a HEALTHY"), events);
  }

  /** A single failed probe made a service critical: consul's failures_before_critical. */
  @Test
  void firstFailureNeedNotShow() {
    registry.rules(HealthRules.builder().degradedAfter(2).build());
    registry.register("a");
    registry.reportFailure("a", "one slow answer");
    registry.heartbeat("a");
    assertEquals(List.of(), events);
  }

  /** A wait for a human was taken for a hang: omnigent PR#2044. */
  @Test
  void agentThatWaitsForAHumanIsNotHung() {
    registry.rules(HealthRules.builder().progressWindow(Duration.ofMinutes(10)).build());
    Heartbeat asking = Heartbeat.builder().progress("draft 3").waiting(Waiting.of("human")).build();
    registry.heartbeat("a", asking);
    pass(3_600, () -> registry.heartbeat("a", asking));
    assertEquals(List.of(), events);
    Waiting waiting = agent("a").waiting();
    assertNotNull(waiting);
    assertEquals("human", waiting.reason());
  }

  /** A rate limit counted as a crash, and all agents restarted in lockstep: gascity#1400, #3279. */
  @Test
  void agentsThatWaitForQuotaAreNotTakenForDead() {
    for (int i = 0; i < 20; i++) {
      Waiting quota = Waiting.until("quota", time.instant().plusSeconds(1800));
      registry.heartbeat("a" + i, Heartbeat.builder().waiting(quota).build());
    }
    pass(2_090);
    assertEquals(List.of(), events);
  }

  /**
   * No progress for hours, reported healthy: paperclip#390, #9712; process alive, conversation
   * broken: gascity#571.
   */
  @Test
  void agentWithHeartbeatsButWithoutProgressIsDetected() {
    registry.rules(HealthRules.builder().progressWindow(Duration.ofMinutes(10)).build());
    Heartbeat same = Heartbeat.builder().progress("turn 17").build();
    registry.heartbeat("a", same);
    pass(3_600, () -> registry.heartbeat("a", same));
    assertEquals(List.of("a DEGRADED", "a UNHEALTHY"), events);
    assertEquals("alive and stuck: no progress for 1800 s", agent("a").errorMessage());
  }

  /** A suspended machine declared all agents dead after its resume. */
  @Test
  void resumedLaptopDeclaresNoAgentDead() {
    for (int i = 0; i < 20; i++) {
      registry.heartbeat("a" + i);
    }
    time.advance(Duration.ofHours(9));
    registry.checkTimeouts();
    pass(280);
    assertEquals(List.of(), events);
  }

  /**
   * A single network fault took the whole fleet down: kubernetes#66230, #123204; and 1,000 leases
   * expired at once: etcd#8097.
   */
  @Test
  void networkFaultOfAllIsNotTheDeathOfAll() {
    for (int i = 0; i < 1_000; i++) {
      registry.heartbeat("a" + i);
    }
    pass(700);
    for (int i = 0; i < 1_000; i++) {
      registry.heartbeat("a" + i);
    }
    pass(290);
    assertEquals(List.of(), events);
  }

  /** A change of the wall clock: Hazelcast resets on a jump, other products do not. */
  @Test
  void wallClockThatIsSetBackDoesNotHideADeadAgent() {
    registry.heartbeat("a");
    time.setWall(time.instant().minus(Duration.ofDays(400)));
    pass(300);
    assertEquals(List.of("a DEGRADED"), events);
  }

  /**
   * The supervisor's memory grew with every agent ever seen: it is bounded by agents, metadata and
   * events.
   */
  @Test
  void addedAndRemovedAgentsLeaveNothingBehind() {
    HealthRegistry small = HealthRegistry.builder().ticker(time).clock(time).maxAgents(1).build();
    for (int i = 0; i < 10_000; i++) {
      small.register("a" + i);
      small.rulesFor("a" + i, HealthRules.DEFAULT);
      small.unregister("a" + i);
    }
    assertEquals(0, small.size());
    assertEquals(new HeartbeatOutcome.Accepted(true), small.heartbeat("last"));
  }
}
