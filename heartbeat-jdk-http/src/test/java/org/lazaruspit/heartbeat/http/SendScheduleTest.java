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

  private static final BeatResult UNREACHABLE = new BeatResult.Unreachable(new IOException("away"));

  private static BeatResult accepted(long millis) {
    return new BeatResult.Accepted(Duration.ofMillis(millis), null);
  }

  private static BeatResult refused(@Nullable Duration retryAfter) {
    return new BeatResult.Refused(Problem.of(Problem.REGISTRY_FULL, "full"), retryAfter);
  }

  private static void assertBetween(double min, double max, Duration delay) {
    double seconds = delay.toNanos() / 1e9;
    assertTrue(seconds >= min && seconds <= max, seconds + " is not from " + min + " to " + max);
  }

  @Provide
  Arbitrary<Long> intervals() {
    return Arbitraries.longs().between(0, 3_600_000);
  }

  @Property
  void nextHeartbeatIsNeverLaterThanRequestedAndAtMostATenthEarlier(
      @ForAll("intervals") long interval, @ForAll long seed) {
    double seconds = Math.max(interval / 1e3, 0.05);
    assertBetween(
        seconds * 0.9 - 1e-6,
        seconds,
        new SendSchedule(new SplittableRandom(seed)).after(accepted(interval)));
  }

  @Property
  void retryDelayGrowsUpToTheInterval(@ForAll("intervals") long interval, @ForAll long seed) {
    SendSchedule schedule = new SendSchedule(new SplittableRandom(seed));
    schedule.after(accepted(interval));
    double max = Math.max(interval / 1e3, 1);
    double expected = 1;
    for (int i = 0; i < 40; i++) {
      double limit = Math.min(expected, max);
      assertBetween(limit / 2 - 1e-6, limit, schedule.after(UNREACHABLE));
      expected = Math.min(expected * 2, 1e9);
    }
    schedule.after(accepted(interval));
    assertBetween(0.5 - 1e-6, 1, schedule.after(UNREACHABLE));
  }

  @Property
  void retryAfterOfTheGatewayIsRespected(@ForAll long seed) {
    SendSchedule schedule = new SendSchedule(new SplittableRandom(seed));
    for (int seconds : List.of(5, 60, 600)) {
      assertBetween(
          seconds, Math.max(seconds, 30), schedule.after(refused(Duration.ofSeconds(seconds))));
    }
    assertBetween(0, 30, schedule.after(refused(null)));
  }
}
