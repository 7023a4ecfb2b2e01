package org.lazaruspit.heartbeat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Race of heartbeats and expiries of one agent on two threads: after both the agent is healthy, and
 * the listener got either no event or the degradation and its end. The build runs the race briefly,
 * the benchmarks run it longer.
 */
public final class ExpiryRace {
  private final FakeTime time = new FakeTime();
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());
  private final SplittableRandom random;
  private final HealthRegistry registry =
      HealthRegistry.builder()
          .ticker(time)
          .clock(time)
          .rules(HealthRules.builder().withoutMassSilence().build())
          .listenerExecutor(Runnable::run)
          .build();

  /**
   * Creates a race with a registry of its own.
   *
   * @param seed seed of the delays of both threads
   */
  public ExpiryRace(long seed) {
    random = new SplittableRandom(seed);
    registry.addListener("race", event -> events.add(event.from() + ">" + event.to()));
    registry.heartbeat("a");
  }

  /**
   * Runs the race. Called once.
   *
   * @param rounds the number of rounds
   * @return the number of rounds
   * @throws AssertionError if a heartbeat was lost
   */
  public long run(int rounds) throws InterruptedException {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    SplittableRandom beatingRandom = random.split();
    Thread beating = new Thread(() -> beat(rounds, begun, ended, beatingRandom));
    beating.setDaemon(true);
    beating.start();
    for (int round = 1; round <= rounds; round++) {
      time.advanceSeconds(300);
      begun.set(round);
      delay(random.nextInt(60));
      registry.checkTimeouts();
      await(ended, round);
      verify(round);
    }
    beating.join();
    return rounds;
  }

  private void beat(int rounds, AtomicInteger begun, AtomicInteger ended, SplittableRandom delays) {
    for (int round = 1; round <= rounds; round++) {
      await(begun, round);
      // A check takes longer to reach the agent than a heartbeat.
      delay(delays.nextInt(200));
      registry.heartbeat("a");
      ended.set(round);
    }
  }

  private static void delay(int spins) {
    for (int i = 0; i < spins; i++) {
      Thread.onSpinWait();
    }
  }

  private void verify(int round) {
    AgentHealth agent = registry.find("a").orElseThrow();
    boolean consistent =
        events.isEmpty() || events.equals(List.of("HEALTHY>DEGRADED", "DEGRADED>HEALTHY"));
    if (agent.status() != HealthStatus.HEALTHY || agent.consecutiveFailures() != 0 || !consistent) {
      throw new AssertionError("round " + round + ": " + agent + ", events: " + events);
    }
    events.clear();
  }

  static void await(AtomicInteger counter, int value) {
    for (int i = 0; counter.get() < value; i++) {
      if (i > 2_000) {
        LockSupport.parkNanos(1_000);
      } else {
        Thread.onSpinWait();
      }
    }
  }
}
