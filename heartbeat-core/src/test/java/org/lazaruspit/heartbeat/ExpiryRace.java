package org.lazaruspit.heartbeat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Heartbeats and expiries of one agent, as close to each other as two threads can bring them: after
 * both the agent is healthy, and told was either nothing or its degradation and the end of that.
 * The build runs it briefly, the benchmarks for as long as asked.
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
   * A race of its own registry.
   *
   * @param seed decides how long both hesitate; the rest of their luck is the machine's
   */
  public ExpiryRace(long seed) {
    random = new SplittableRandom(seed);
    registry.addListener("race", event -> events.add(event.from() + ">" + event.to()));
    registry.heartbeat("a");
  }

  /**
   * Lets the two race. Once.
   *
   * @param rounds how often
   * @return the number of rounds
   * @throws AssertionError when a heartbeat was lost
   */
  public long run(int rounds) throws InterruptedException {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    SplittableRandom others = random.split();
    Thread beating = new Thread(() -> beat(rounds, begun, ended, others));
    beating.setDaemon(true);
    beating.start();
    for (int round = 1; round <= rounds; round++) {
      time.advanceSeconds(300);
      begun.set(round);
      hesitate(random.nextInt(60));
      registry.checkTimeouts();
      await(ended, round);
      judge(round);
    }
    beating.join();
    return rounds;
  }

  private void beat(
      int rounds, AtomicInteger begun, AtomicInteger ended, SplittableRandom hesitation) {
    for (int round = 1; round <= rounds; round++) {
      await(begun, round);
      // A check takes longer to come to the agent than a heartbeat does.
      hesitate(hesitation.nextInt(200));
      registry.heartbeat("a");
      ended.set(round);
    }
  }

  private static void hesitate(int spins) {
    for (int i = 0; i < spins; i++) {
      Thread.onSpinWait();
    }
  }

  private void judge(int round) {
    AgentHealth agent = registry.find("a").orElseThrow();
    boolean told =
        events.isEmpty() || events.equals(List.of("HEALTHY>DEGRADED", "DEGRADED>HEALTHY"));
    if (agent.status() != HealthStatus.HEALTHY || agent.consecutiveFailures() != 0 || !told) {
      throw new AssertionError("round " + round + ": " + agent + ", told was " + events);
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
