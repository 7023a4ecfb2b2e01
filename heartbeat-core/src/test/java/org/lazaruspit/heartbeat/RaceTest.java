package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Races of heartbeats, expiries and registrations on several threads. */
class RaceTest {
  private final FakeTime time = new FakeTime();
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());

  private HealthRegistry registry() {
    HealthRegistry registry =
        HealthRegistry.builder()
            .ticker(time)
            .clock(time)
            .rules(HealthRules.builder().withoutMassSilence().build())
            .listenerExecutor(Runnable::run)
            .build();
    registry.addListener(
        "test", event -> events.add(event.agentId() + " " + event.from() + ">" + event.to()));
    return registry;
  }

  /**
   * A heartbeat that races the expiry of its agent is never lost: afterwards the agent is healthy,
   * and the listener got either no event or the degradation and its end.
   */
  @Test
  void heartbeatThatRacesAnExpiryIsNeverLost() throws InterruptedException {
    assertEquals(20_000, new ExpiryRace(System.nanoTime()).run(20_000));
  }

  @Test
  @Tag("full")
  void heartbeatThatRacesAnExpiryIsNeverLostInALongRun() throws InterruptedException {
    assertEquals(1_000_000, new ExpiryRace(System.nanoTime()).run(1_000_000));
  }

  /**
   * The expiry runs at the narrowest point: after the heartbeat's read of the state and before its
   * store.
   */
  @Test
  void heartbeatThatAnExpiryOvertakesIsNotLost() {
    List<Runnable> hook = new ArrayList<>();
    HealthRegistry registry =
        HealthRegistry.builder()
            .ticker(time)
            .clock(
                () -> {
                  if (!hook.isEmpty()) {
                    hook.remove(0).run();
                  }
                  return time.instant();
                })
            .listenerExecutor(Runnable::run)
            .build();
    registry.addListener("test", event -> events.add(event.from() + ">" + event.to()));
    registry.heartbeat("a");
    time.advanceSeconds(300);
    hook.add(registry::checkTimeouts);
    assertEquals(new HeartbeatOutcome.Accepted(false), registry.heartbeat("a"));
    assertEquals(HealthStatus.HEALTHY, registry.find("a").orElseThrow().status());
    assertEquals(List.of("HEALTHY>DEGRADED", "DEGRADED>HEALTHY"), events);
  }

  private void assertChangesFollowEachOther() {
    Map<String, String> last = new HashMap<>();
    for (String event : List.copyOf(events)) {
      String id = event.substring(0, event.indexOf(' '));
      String from = event.substring(event.indexOf(' ') + 1, event.indexOf('>'));
      assertEquals(last.getOrDefault(id, "HEALTHY"), from, event);
      last.put(id, event.substring(event.indexOf('>') + 1));
    }
  }

  /**
   * Each change arrives exactly once and in order, from any thread; two threads never call a
   * listener at once.
   */
  @Test
  void eventsOfOneAgentFollowEachOtherFromAnyThread() throws InterruptedException {
    HealthRegistry registry = registry();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger maxInside = new AtomicInteger();
    registry.addListener(
        "alone",
        event -> {
          maxInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
          inside.decrementAndGet();
        });
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 5_000; i++) {
                  String id = "a" + ThreadLocalRandom.current().nextInt(3);
                  switch (ThreadLocalRandom.current().nextInt(4)) {
                    case 0 -> registry.reportFailure(id, "x");
                    case 1 -> registry.checkTimeouts();
                    case 2 -> time.advanceSeconds(100);
                    default -> registry.heartbeat(id);
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    registry.checkTimeouts();
    assertTrue(events.size() > 100, () -> "only " + events.size() + " events");
    assertChangesFollowEachOther();
    assertEquals(1, maxInside.get());
    Map<String, String> last = new HashMap<>();
    List.copyOf(events)
        .forEach(
            event ->
                last.put(
                    event.substring(0, event.indexOf(' ')),
                    event.substring(event.indexOf('>') + 1)));
    registry.forEach(
        agent ->
            assertEquals(last.getOrDefault(agent.agentId(), "HEALTHY"), agent.status().toString()));
  }

  @Test
  void raceOfTwoAgentsForTheLastPlaceRefusesOne() throws InterruptedException {
    int rounds = 2_000;
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    AtomicReference<HealthRegistry> current = new AtomicReference<>(registry());
    Thread other =
        new Thread(
            () -> {
              for (int round = 1; round <= rounds; round++) {
                ExpiryRace.await(begun, round);
                current.get().heartbeat("b");
                ended.set(round);
              }
            });
    other.setDaemon(true);
    other.start();
    for (int round = 1; round <= rounds; round++) {
      HealthRegistry registry = HealthRegistry.builder().maxAgents(1).build();
      current.set(registry);
      begun.set(round);
      registry.heartbeat("a");
      ExpiryRace.await(ended, round);
      assertEquals(1, registry.size());
      assertEquals(1, registry.snapshot().total());
    }
    other.join();
  }
}
