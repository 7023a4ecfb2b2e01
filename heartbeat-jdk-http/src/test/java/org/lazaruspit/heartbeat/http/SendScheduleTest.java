package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class SendScheduleTest {

  private static final BeatResult AWAY = new BeatResult.Unreachable(new IOException("away"));

  private static BeatResult accepted(long millis) {
    return new BeatResult.Accepted(Duration.ofMillis(millis), null);
  }

  private static BeatResult refused(@Nullable Duration retryAfter) {
    return new BeatResult.Refused(Problem.of(Problem.REGISTRY_FULL, "full"), retryAfter);
  }

  private static void assertBetween(double least, double most, Duration delay) {
    double seconds = delay.toNanos() / 1e9;
    assertTrue(
        seconds >= least && seconds <= most, seconds + " is not from " + least + " to " + most);
  }

  @Provide
  Arbitrary<Long> intervals() {
    return Arbitraries.longs().between(0, 3_600_000);
  }

  @Property
  void nextHeartbeatIsNeverLaterThanAskedForAndAtMostATenthEarlier(
      @ForAll("intervals") long interval, @ForAll long seed) {
    double seconds = Math.max(interval / 1e3, 0.05);
    assertBetween(
        seconds * 0.9 - 1e-6,
        seconds,
        new SendSchedule(new SplittableRandom(seed)).after(accepted(interval)));
  }

  @Property
  void distanceGrowsUpToTheInterval(@ForAll("intervals") long interval, @ForAll long seed) {
    SendSchedule pace = new SendSchedule(new SplittableRandom(seed));
    pace.after(accepted(interval));
    double most = Math.max(interval / 1e3, 1);
    double expected = 1;
    for (int i = 0; i < 40; i++) {
      double limit = Math.min(expected, most);
      assertBetween(limit / 2 - 1e-6, limit, pace.after(AWAY));
      expected = Math.min(expected * 2, 1e9);
    }
    pace.after(accepted(interval));
    assertBetween(0.5 - 1e-6, 1, pace.after(AWAY));
  }

  @Property
  void gatewayThatSaysWhenIsNotAskedEarlier(@ForAll long seed) {
    SendSchedule pace = new SendSchedule(new SplittableRandom(seed));
    for (int seconds : List.of(5, 60, 600)) {
      assertBetween(
          seconds, Math.max(seconds, 30), pace.after(refused(Duration.ofSeconds(seconds))));
    }
    assertBetween(0, 30, pace.after(refused(null)));
  }
}
