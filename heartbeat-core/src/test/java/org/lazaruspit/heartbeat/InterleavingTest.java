package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/**
 * Rare interleavings of two threads, made deterministic: a hook inside one operation runs the other
 * operation.
 */
class InterleavingTest {
  private final FakeTime time = new FakeTime();
  private final Queue<Runnable> onRuleLookUp = new ArrayDeque<>();
  private final Queue<Runnable> onTimeRead = new ArrayDeque<>();
  private final RuleOverrides rules =
      new RuleOverrides(HealthRules.DEFAULT) {
        @Override
        HealthRules of(AgentEntry entry) {
          HealthRules found = super.of(entry);
          runNext(onRuleLookUp);
          return found;
        }
      };
  private final RegistryClock clock =
      new RegistryClock(
          () -> {
            runNext(onTimeRead);
            return time.nanos();
          },
          time);
  private final DeadlineWheel wheel = new DeadlineWheel(time.nanos());
  private final EventDispatcher dispatcher = new EventDispatcher(Runnable::run);
  private final MassSilenceGuard massSilence = new MassSilenceGuard();
  private final AgentRegistry agents =
      new AgentRegistry(
          new AgentRegistry.Limits(1, 1_000, new AgentIds(200), true),
          rules,
          clock,
          time,
          dispatcher,
          wheel,
          massSilence);
  private final SilenceDetector detector =
      new SilenceDetector(agents, rules, clock, time, wheel, massSilence);
  private final List<String> events = new ArrayList<>();

  InterleavingTest() {
    dispatcher.add("test", event -> events.add(event.from() + ">" + event.to()), 10);
  }

  private static void runNext(Queue<Runnable> actions) {
    Runnable action = actions.poll();
    if (action != null) {
      action.run();
    }
  }

  private AgentHealth health(String id) {
    AgentHealth health = agents.health(id);
    assertNotNull(health);
    return health;
  }

  private AgentEntry entry() {
    List<AgentEntry> entries = new ArrayList<>();
    agents.forEach(entries::add);
    return entries.get(0);
  }

  /** The heartbeat reads a healthy agent and ends before the expiry stores its result. */
  @Test
  void heartbeatDuringTheExpiryOfItsAgentCounts() {
    agents.heartbeat("a", Heartbeat.EMPTY);
    AgentEntry entry = entry();
    time.advanceSeconds(300);
    onRuleLookUp.add(() -> agents.heartbeat("a", Heartbeat.EMPTY));
    synchronized (entry) {
      agents.step(entry, HealthSignal.TimePassed.INSTANCE, time.nanos());
    }
    dispatcher.dispatch();
    assertEquals(HealthStatus.HEALTHY, health("a").status());
    assertEquals(List.of(), events);
  }

  /**
   * An agent with a heartbeat during the detection of its silence does not count for mass silence.
   */
  @Test
  void heartbeatDuringTheDetectionOfItsSilenceEndsThatSilence() {
    rules.common(HealthRules.builder().massSilence(0.5, 1, Duration.ofMinutes(15)).build());
    agents.heartbeat("a", Heartbeat.EMPTY);
    time.advanceSeconds(300);
    onRuleLookUp.add(() -> {}); // used by the check that finds the silence
    onRuleLookUp.add(() -> agents.heartbeat("a", Heartbeat.EMPTY));
    detector.check();
    assertEquals(
        MassSilenceGuard.Verdict.COUNT, massSilence.judge(1, rules.common(), time.nanos()));
    assertEquals(List.of(), events);
  }

  @Test
  void lastPlaceTakenByAnotherThreadIsNotGivenTwice() {
    onTimeRead.add(() -> agents.register("fast", Map.of(), 0));
    assertEquals(new HeartbeatOutcome.RegistryFull(1), agents.register("slow", Map.of(), 0));
    assertEquals(1, agents.size());
    assertNotNull(agents.health("fast"));
  }

  @Test
  void agentRemovedMeanwhileIsNotShown() {
    agents.heartbeat("a", Heartbeat.EMPTY);
    agents.fail("a", "x", 0);
    AgentEntry entry = entry();
    agents.unregister("a");
    assertNull(agents.health(entry));
  }

  @Test
  void agentReplacedMeanwhileIsShownAsItsSuccessor() {
    agents.heartbeat("a", Heartbeat.EMPTY);
    AgentEntry entry = entry();
    agents.register("a", Map.of(), 7);
    AgentHealth health = agents.health(entry);
    assertNotNull(health);
    assertEquals(7, health.incarnation());
  }

  @Test
  void rulesThatChangeWhileAnAgentRegistersHoldForIt() throws InterruptedException {
    Thread other = changingRulesMeanwhile();
    agents.register("a", Map.of(), 0);
    other.join();
    assertEquals(List.of("a"), dueNow());
  }

  @Test
  void rulesThatChangeWhileAnIncarnationTakesOverHoldForIt() throws InterruptedException {
    agents.register("a", Map.of(), 0);
    assertEquals(List.of(), dueNow());
    Thread other = changingRulesMeanwhile();
    agents.register("a", Map.of(), 1);
    other.join();
    assertEquals(List.of("a"), dueNow());
  }

  /**
   * Starts a thread that changes the rules right after a look-up of the rules, until it ends or
   * blocks.
   */
  private Thread changingRulesMeanwhile() {
    HealthRules quick = HealthRules.builder().timeout(Duration.ofSeconds(1)).build();
    Thread other = new Thread(() -> agents.rules(quick));
    onRuleLookUp.add(
        () -> {
          other.start();
          while (other.getState() != Thread.State.BLOCKED && other.isAlive()) {
            Thread.onSpinWait();
          }
        });
    return other;
  }

  private List<String> dueNow() {
    List<AgentEntry> due = new ArrayList<>();
    wheel.advance(time.nanos(), due);
    return due.stream().map(entry -> entry.id).toList();
  }
}
