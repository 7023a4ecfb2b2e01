package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** If this process itself was stopped, the silence was ours. */
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
  void nobodyIsDeclaredDeadForOurPause() {
    registry.register("a");
    changesWithin(100);
    time.advance(Duration.ofHours(8));
    assertEquals(0, registry.checkTimeouts());
    assertEquals(0, changesWithin(198));
    assertEquals(1, changesWithin(1));
  }

  @Test
  void firstHeartbeatAfterAPauseIsNotStampedWithATimeToCome() {
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
  void withoutAPromiseToCheckEveryMomentCounts() {
    HealthRegistry free = HealthRegistry.builder().ticker(time).clock(time).build();
    free.register("a");
    time.advance(Duration.ofHours(8));
    assertEquals(1, free.checkTimeouts());
  }
}
