package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A pause of the registry's own process does not count as silence of agents. */
class PauseTest {
  private final FakeTime time = new FakeTime();
  private final HealthRegistry registry =
      HealthRegistry.builder()
          .ticker(time)
          .clock(time)
          .checkInterval(Duration.ofSeconds(1))
          .build();

  private int changesWithin(int seconds) {
    int changes = 0;
    for (int i = 0; i < seconds; i++) {
      time.advanceSeconds(1);
      changes += registry.checkTimeouts();
    }
    return changes;
  }

  @Test
  void pauseOfThisProcessDeclaresNoAgentDead() {
    registry.register("a");
    changesWithin(100);
    time.advance(Duration.ofHours(8));
    assertEquals(0, registry.checkTimeouts());
    assertEquals(0, changesWithin(198));
    assertEquals(1, changesWithin(1));
  }

  @Test
  void firstHeartbeatAfterAPauseGetsNoFutureTime() {
    registry.register("a");
    time.advance(Duration.ofHours(8));
    registry.heartbeat("a");
    assertEquals(0, changesWithin(299));
    assertEquals(1, changesWithin(1));
  }

  @Test
  void pauseCountsForProgressAndWaitingAsWell() {
    registry.rules(HealthRules.builder().progressWindow(Duration.ofSeconds(50)).build());
    registry.heartbeat("stuck", Heartbeat.builder().progress("x").build());
    Waiting wait = Waiting.lasting("human", Duration.ofSeconds(60));
    registry.heartbeat("waits", Heartbeat.builder().waiting(wait).build());
    time.advance(Duration.ofHours(8));
    registry.checkTimeouts();
    assertEquals(0, changesWithin(48));
    assertEquals(1, changesWithin(1));
    assertEquals(1, changesWithin(100));
    assertEquals(0, changesWithin(209));
    assertEquals(1, changesWithin(1));
  }

  @Test
  void busyMachineIsNoPause() {
    registry.register("a");
    for (int i = 0; i < 75; i++) {
      time.advanceSeconds(4);
      registry.checkTimeouts();
    }
    assertEquals(HealthStatus.DEGRADED, registry.find("a").orElseThrow().status());
  }

  @Test
  void withoutAPromiseToCheckAllTimeCounts() {
    HealthRegistry free = HealthRegistry.builder().ticker(time).clock(time).build();
    free.register("a");
    time.advance(Duration.ofHours(8));
    assertEquals(1, free.checkTimeouts());
  }

  /** The check reads the wall clock, not the heartbeat; the shown time is correct nevertheless. */
  @Test
  void lastHeartbeatIsShownOnTheWallClockThroughPausesAndSettings() {
    time.advance(Duration.ofMillis(777));
    registry.heartbeat("a");
    assertEquals(time.instant(), registry.find("a").orElseThrow().lastHeartbeat());
    time.advance(Duration.ofHours(8));
    registry.heartbeat("a");
    assertEquals(time.instant(), registry.find("a").orElseThrow().lastHeartbeat());
    time.setWall(Instant.parse("1999-12-31T23:59:59.999Z"));
    registry.checkTimeouts();
    time.advance(Duration.ofMillis(5));
    registry.heartbeat("a");
    assertEquals(time.instant(), registry.find("a").orElseThrow().lastHeartbeat());
    time.setWall(Instant.ofEpochMilli(Long.MAX_VALUE - 1_000));
    registry.checkTimeouts();
    registry.heartbeat("a");
    assertEquals(time.instant(), registry.find("a").orElseThrow().lastHeartbeat());
  }
}
