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
 * The orders of two threads' steps that a race brings about once in many runs, each brought about
 * at will: something that the registry asks in the middle of a deed does the other deed.
 */
class InterleavingTest {
  private final FakeTime time = new FakeTime();
  private final Queue<Runnable> whenRulesAreAskedFor = new ArrayDeque<>();
  private final Queue<Runnable> whenTimeIsAskedFor = new ArrayDeque<>();
  private final RuleOverrides rules =
      new RuleOverrides(HealthRules.DEFAULT) {
        @Override
        HealthRules of(AgentEntry entry) {
          HealthRules found = super.of(entry);
          runNext(whenRulesAreAskedFor);
          return found;
        }
      };
  private final RegistryClock guard =
      new RegistryClock(
          () -> {
            runNext(whenTimeIsAskedFor);
            return time.nanos();
          },
          time);
  private final DeadlineWheel wheel = new DeadlineWheel(time.nanos());
  private final EventDispatcher announcer = new EventDispatcher(Runnable::run);
  private final MassSilenceGuard massSilence = new MassSilenceGuard();
  private final AgentRegistry agents =
      new AgentRegistry(
          new AgentRegistry.Limits(1, 1_000, new AgentIds(200), true),
          rules,
          guard,
          time,
          announcer,
          wheel,
          massSilence);
  private final SilenceDetector watch =
      new SilenceDetector(agents, rules, guard, time, wheel, massSilence);
  private final List<String> events = new ArrayList<>();

  InterleavingTest() {
    announcer.add("test", event -> events.add(event.from() + ">" + event.to()), 10);
  }

  private static void runNext(Queue<Runnable> deeds) {
    Runnable deed = deeds.poll();
    if (deed != null) {
      deed.run();
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

  /** The heartbeat saw a healthy agent and was done before the expiry told of its verdict. */
  @Test
  void heartbeatThatCameWhileItsAgentWasJudgedCounts() {
    agents.heartbeat("a", Heartbeat.EMPTY);
    AgentEntry entry = entry();
    time.advanceSeconds(300);
    whenRulesAreAskedFor.add(() -> agents.heartbeat("a", Heartbeat.EMPTY));
    synchronized (entry) {
      agents.step(entry, HealthSignal.TimePassed.INSTANCE, time.nanos());
    }
    announcer.dispatch();
    assertEquals(HealthStatus.HEALTHY, health("a").status());
    assertEquals(List.of(), events);
  }

  /** Who was heard of while its silence was being noted is none of the many that fell silent. */
  @Test
  void heartbeatThatCameWhileItsSilenceWasNotedEndsThatSilence() {
    rules.common(HealthRules.builder().massSilence(0.5, 1, Duration.ofMinutes(15)).build());
    agents.heartbeat("a", Heartbeat.EMPTY);
    time.advanceSeconds(300);
    whenRulesAreAskedFor.add(() -> {}); // by the look that finds it silent
    whenRulesAreAskedFor.add(() -> agents.heartbeat("a", Heartbeat.EMPTY));
    watch.check();
    assertEquals(
        MassSilenceGuard.Verdict.COUNT, massSilence.judge(1, rules.common(), time.nanos()));
    assertEquals(List.of(), events);
  }

  @Test
  void lastPlaceThatAnotherTookMeanwhileIsTaken() {
    whenTimeIsAskedFor.add(() -> agents.register("fast", Map.of(), 0));
    assertEquals(new HeartbeatOutcome.RegistryFull(1), agents.register("slow", Map.of(), 0));
    assertEquals(1, agents.size());
    assertNotNull(agents.health("fast"));
  }

  @Test
  void agentThatIsGoneMeanwhileIsNotShown() {
    agents.heartbeat("a", Heartbeat.EMPTY);
    agents.fail("a", "x", 0);
    AgentEntry entry = entry();
    agents.unregister("a");
    assertNull(agents.health(entry));
  }

  @Test
  void agentThatWasTakenOverMeanwhileIsShownAsItsSuccessor() {
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

  /** Another thread changes the rules as soon as they have been looked up, and as far as it can. */
  private Thread changingRulesMeanwhile() {
    HealthRules quick = HealthRules.builder().timeout(Duration.ofSeconds(1)).build();
    Thread other = new Thread(() -> agents.rules(quick));
    whenRulesAreAskedFor.add(
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
