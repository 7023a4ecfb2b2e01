package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeExtremesTest {
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  private static HealthRegistry registry(FakeTime time, HealthRules rules) {
    return HealthRegistry.builder().ticker(time).clock(time).rules(rules).build();
  }

  @ParameterizedTest
  @ValueSource(
      longs = {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE, Long.MAX_VALUE - 150_000_000_000L})
  void tickerMayStartAnywhereAndOverflow(long start) {
    FakeTime time = new FakeTime(start);
    HealthRegistry registry = registry(time, HealthRules.DEFAULT);
    registry.heartbeat("a");
    time.advance(Duration.ofMinutes(5).minusNanos(1));
    assertEquals(0, registry.checkTimeouts());
    time.advance(Duration.ofNanos(1));
    assertEquals(1, registry.checkTimeouts());
    registry.heartbeat("a");
    time.advanceSeconds(900);
    assertEquals(1, registry.checkTimeouts());
    assertEquals(3, registry.find("a").orElseThrow().consecutiveFailures());
  }

  /** A check after a hundred years takes no longer than any other check. */
  @Test
  void jumpOfACenturyTakesOneCheck() {
    FakeTime time = new FakeTime();
    HealthRegistry registry = registry(time, HealthRules.DEFAULT);
    registry.heartbeat("a");
    time.advance(Duration.ofDays(36_500));
    assertEquals(1, registry.checkTimeouts());
    assertEquals(36_500 * 288, registry.find("a").orElseThrow().consecutiveFailures());
    registry.heartbeat("a");
    time.advanceSeconds(300);
    assertEquals(1, registry.checkTimeouts());
  }

  @Test
  void smallestTimeoutCapsTheFailures() {
    FakeTime time = new FakeTime();
    HealthRules rules = HealthRules.builder().timeout(Duration.ofNanos(1)).build();
    HealthRegistry registry = registry(time, rules);
    registry.heartbeat("a");
    time.advanceSeconds(3600);
    registry.checkTimeouts();
    registry.reportFailure("a", "x");
    assertEquals(Integer.MAX_VALUE, registry.find("a").orElseThrow().consecutiveFailures());
  }

  @Test
  void longestRulesNeverFire() {
    FakeTime time = new FakeTime(Long.MAX_VALUE - 5);
    HealthRules rules =
        HealthRules.builder()
            .timeout(FOREVER)
            .progressWindow(FOREVER)
            .grace(FOREVER)
            .waitingCeiling(FOREVER)
            .massSilence(1, 1, FOREVER)
            .build();
    HealthRegistry registry = registry(time, rules);
    registry.heartbeat("a", Heartbeat.builder().incarnation(Incarnation.MAX).progress(1).build());
    registry.heartbeat("b", Heartbeat.builder().waiting(Waiting.of("human")).build());
    registry.heartbeat("c", Heartbeat.builder().waiting(Waiting.lasting("human", FOREVER)).build());
    registry.heartbeat(
        "d", Heartbeat.builder().waiting(Waiting.until("human", Instant.MAX)).build());
    for (int year = 0; year < 50; year++) {
      time.advance(Duration.ofDays(365));
      assertEquals(0, registry.checkTimeouts());
    }
    assertEquals(4, registry.snapshot().healthy());
  }

  @Test
  void tickerThatGoesBackwardsDeclaresNoAgentDead() {
    FakeTime time = new FakeTime();
    HealthRegistry registry = registry(time, HealthRules.DEFAULT);
    time.advanceSeconds(1000);
    registry.heartbeat("a");
    time.advanceSeconds(-5000);
    assertEquals(0, registry.checkTimeouts());
    registry.heartbeat("a");
    time.advanceSeconds(5299);
    assertEquals(0, registry.checkTimeouts());
    time.advanceSeconds(1);
    assertEquals(1, registry.checkTimeouts());
  }

  @Test
  void wallClockAtItsMaximumIsShown() {
    FakeTime time = new FakeTime();
    HealthRegistry registry = registry(time, HealthRules.DEFAULT);
    time.setWall(Instant.ofEpochMilli(Long.MAX_VALUE - 1_000));
    registry.heartbeat("a", Heartbeat.builder().waiting(Waiting.of("human")).build());
    assertEquals(time.instant(), registry.find("a").orElseThrow().lastHeartbeat());
    assertEquals(1, registry.snapshot().total());
  }

  @Property(tries = 300)
  void silenceIsDetectedAtItsDeadlineAndNotBefore(
      @ForAll long start,
      @ForAll @LongRange(min = 1, max = 4_000_000_000_000L) long timeout,
      @ForAll @LongRange(min = 1, max = 3_000_000_000_000L) long step) {
    FakeTime time = new FakeTime(start);
    HealthRules rules = HealthRules.builder().timeout(Duration.ofNanos(timeout)).build();
    HealthRegistry registry = registry(time, rules);
    registry.heartbeat("a");
    long steps = Math.min(200, (timeout - 1) / step);
    for (int i = 0; i < steps; i++) {
      time.advance(Duration.ofNanos(step));
      assertEquals(0, registry.checkTimeouts());
    }
    time.advance(Duration.ofNanos(timeout - steps * step));
    assertEquals(1, registry.checkTimeouts());
    assertTrue(registry.find("a").orElseThrow().consecutiveFailures() > 0);
  }
}
