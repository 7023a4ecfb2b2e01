package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Cost of the detector: the agents that it checks again. */
class SilenceDetectorTest {
  private final FakeTime time = new FakeTime();
  private final RegistryClock clock = new RegistryClock(time, time);
  private final DeadlineWheel wheel = new DeadlineWheel(time.nanos());
  private final MassSilenceGuard massSilence = new MassSilenceGuard();
  private final RuleOverrides rules = new RuleOverrides(HealthRules.DEFAULT);
  private final AgentRegistry agents =
      new AgentRegistry(
          new AgentRegistry.Limits(100, 1_000, new AgentIds(200), true),
          rules,
          clock,
          time,
          new EventDispatcher(null),
          wheel,
          massSilence);
  private final SilenceDetector detector =
      new SilenceDetector(agents, rules, clock, time, wheel, massSilence);

  private List<String> checkedWithin(Duration duration) {
    time.advance(duration);
    List<AgentEntry> due = new ArrayList<>();
    wheel.advance(time.nanos(), due);
    return due.stream().map(entry -> entry.id).sorted().toList();
  }

  @Test
  void agentWithHeartbeatsIsCheckedOncePerTimeout() {
    agents.heartbeat("a", Heartbeat.EMPTY);
    for (int i = 0; i < 29; i++) {
      time.advanceSeconds(10);
      agents.heartbeat("a", Heartbeat.EMPTY);
      detector.check();
    }
    assertEquals(List.of("a"), checkedWithin(Duration.ofSeconds(10)));
  }

  @Test
  void heldAgentIsNotCheckedRepeatedly() {
    for (int i = 0; i < 20; i++) {
      agents.heartbeat("a" + i, Heartbeat.EMPTY);
    }
    time.advanceSeconds(300);
    detector.check();
    AgentHealth held = agents.health("a1");
    assertNotNull(held);
    assertNotNull(held.held());
    assertEquals(List.of(), checkedWithin(Duration.ofSeconds(290)));
  }

  @Test
  void removedAgentIsNotCheckedAgain() {
    agents.heartbeat("gone", Heartbeat.EMPTY);
    agents.heartbeat("replaced", Heartbeat.EMPTY);
    agents.unregister("gone");
    agents.register("replaced", Map.of(), 1);
    assertEquals(List.of("replaced"), checkedWithin(Duration.ofMinutes(5)));
  }
}
