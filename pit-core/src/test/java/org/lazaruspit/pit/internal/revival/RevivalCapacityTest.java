package org.lazaruspit.pit.internal.revival;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RevivalCapacityTest {

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  @Test
  void noMoreRunAtOnceThanAllowed() {
    RevivalCapacity capacity = new RevivalCapacity(2, 100);
    RevivalCapacity.Slot slot = capacity.tryBegin(0).orElseThrow();
    assertTrue(capacity.tryBegin(0).isPresent());
    assertTrue(capacity.tryBegin(0).isEmpty());
    slot.close();
    slot.close(); // a second close releases nothing
    assertTrue(capacity.tryBegin(0).isPresent());
  }

  @Test
  void noMoreBeginWithinAMinuteThanAllowed() {
    RevivalCapacity capacity = new RevivalCapacity(100, 2);
    assertTrue(capacity.tryBegin(-5).isPresent());
    capacity.tryBegin(10).orElseThrow().close();
    assertTrue(capacity.tryBegin(20).isEmpty());
    assertEquals(OptionalLong.of(MINUTE - 25), capacity.untilRateAllows(20));
    assertTrue(capacity.tryBegin(MINUTE - 6).isEmpty());
    assertTrue(capacity.tryBegin(MINUTE - 5).isPresent());
    assertEquals(OptionalLong.of(15), capacity.untilRateAllows(MINUTE - 5));
  }

  @Test
  void theMonotonicClockMayOverflow() {
    RevivalCapacity capacity = new RevivalCapacity(100, 1);
    assertTrue(capacity.tryBegin(Long.MAX_VALUE - 5).isPresent());
    assertTrue(capacity.tryBegin(Long.MIN_VALUE + 5).isEmpty());
    assertTrue(capacity.tryBegin(Long.MAX_VALUE - 5 + MINUTE).isPresent());
  }

  @Test
  void aRunningRevivalTakesASlotBeyondTheLimits() {
    RevivalCapacity capacity = new RevivalCapacity(1, 100);
    RevivalCapacity.Slot slot = capacity.resume();
    assertTrue(capacity.tryBegin(0).isEmpty());
    slot.close();
    assertTrue(capacity.tryBegin(0).isPresent());
  }
}
