package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RevivalCapacityTest {

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  @Test
  void noMoreRunAtOnceThanAllowed() {
    RevivalCapacity capacity = new RevivalCapacity(2, 100);
    assertTrue(capacity.tryBegin(0));
    assertTrue(capacity.tryBegin(0));
    assertFalse(capacity.tryBegin(0));
    capacity.end();
    assertTrue(capacity.tryBegin(0));
  }

  @Test
  void noMoreBeginWithinAMinuteThanAllowed() {
    RevivalCapacity capacity = new RevivalCapacity(100, 2);
    assertTrue(capacity.tryBegin(-5));
    assertTrue(capacity.tryBegin(10));
    capacity.end();
    assertFalse(capacity.tryBegin(20));
    assertEquals(OptionalLong.of(MINUTE - 25), capacity.untilRateAllows(20));
    assertFalse(capacity.tryBegin(MINUTE - 6));
    assertTrue(capacity.tryBegin(MINUTE - 5));
    assertEquals(OptionalLong.of(15), capacity.untilRateAllows(MINUTE - 5));
  }

  @Test
  void theMonotonicClockMayOverflow() {
    RevivalCapacity capacity = new RevivalCapacity(100, 1);
    assertTrue(capacity.tryBegin(Long.MAX_VALUE - 5));
    assertFalse(capacity.tryBegin(Long.MIN_VALUE + 5));
    assertTrue(capacity.tryBegin(Long.MAX_VALUE - 5 + MINUTE));
  }

  @Test
  void whatAlreadyRunsTakesAPlaceWhateverTheLimits() {
    RevivalCapacity capacity = new RevivalCapacity(1, 100);
    capacity.resume();
    assertFalse(capacity.tryBegin(0));
    capacity.end();
    assertTrue(capacity.tryBegin(0));
  }
}
