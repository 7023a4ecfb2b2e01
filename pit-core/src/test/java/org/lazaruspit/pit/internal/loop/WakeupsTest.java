package org.lazaruspit.pit.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WakeupsTest {

  private static final long HOUR = Duration.ofHours(1).toNanos();

  @Test
  void theFirstRoundBeginsAtOnceAndTheNextWhenSomebodyAsks() throws InterruptedException {
    Wakeups wakeups = new Wakeups();
    assertTrue(wakeups.await(HOUR, 0));
    wakeups.now();
    assertTrue(wakeups.await(HOUR, HOUR));
  }

  @Test
  void newsDoNotWaitForThePollButLeaveAPause() throws InterruptedException {
    Wakeups wakeups = new Wakeups();
    wakeups.await(HOUR, 0);
    wakeups.news();
    long began = System.nanoTime();
    assertTrue(wakeups.await(HOUR, 0));
    assertTrue(System.nanoTime() - began >= Wakeups.SHORTEST_PAUSE, "rounds back to back");
  }

  @Test
  void oneRoundServesAllNewsThatCameBeforeIt() throws InterruptedException {
    Wakeups wakeups = new Wakeups();
    wakeups.await(HOUR, 0);
    wakeups.news();
    wakeups.news();
    assertTrue(wakeups.await(HOUR, 0));
    long began = System.nanoTime();
    assertTrue(wakeups.await(2 * Wakeups.SHORTEST_PAUSE, 0));
    assertTrue(System.nanoTime() - began >= 2 * Wakeups.SHORTEST_PAUSE, "it was for old news");
  }

  @Test
  void afterALongRoundThePauseIsAsLongButNeverLongerThanThePoll() {
    assertEquals(Wakeups.SHORTEST_PAUSE, Wakeups.pauseAfter(1, HOUR));
    assertEquals(HOUR / 2, Wakeups.pauseAfter(HOUR / 2, HOUR));
    assertEquals(HOUR, Wakeups.pauseAfter(2 * HOUR, HOUR));
  }

  @Test
  void closingEndsTheWaitForGood() throws InterruptedException {
    Wakeups wakeups = new Wakeups();
    wakeups.close();
    assertFalse(wakeups.await(HOUR, 0));
    wakeups.now();
    assertFalse(wakeups.await(HOUR, 0));
  }
}
