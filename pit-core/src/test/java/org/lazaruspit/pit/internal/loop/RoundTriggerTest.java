package org.lazaruspit.pit.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RoundTriggerTest {

  private static final long HOUR = Duration.ofHours(1).toNanos();

  @Test
  void theFirstRoundBeginsAtOnceAndTheNextWhenSomebodyAsks() throws InterruptedException {
    RoundTrigger wakeups = new RoundTrigger();
    assertTrue(wakeups.await(HOUR, 0));
    wakeups.now();
    assertTrue(wakeups.await(HOUR, HOUR));
  }

  @Test
  void newsDoNotWaitForThePollButLeaveAPause() throws InterruptedException {
    RoundTrigger wakeups = new RoundTrigger();
    wakeups.await(HOUR, 0);
    wakeups.news();
    long began = System.nanoTime();
    assertTrue(wakeups.await(HOUR, 0));
    assertTrue(System.nanoTime() - began >= RoundTrigger.SHORTEST_PAUSE, "rounds back to back");
  }

  @Test
  void oneRoundServesAllNewsThatCameBeforeIt() throws InterruptedException {
    RoundTrigger wakeups = new RoundTrigger();
    wakeups.await(HOUR, 0);
    wakeups.news();
    wakeups.news();
    assertTrue(wakeups.await(HOUR, 0));
    long began = System.nanoTime();
    assertTrue(wakeups.await(2 * RoundTrigger.SHORTEST_PAUSE, 0));
    assertTrue(System.nanoTime() - began >= 2 * RoundTrigger.SHORTEST_PAUSE, "it was for old news");
  }

  @Test
  void afterALongRoundThePauseIsAsLongButNeverLongerThanThePoll() {
    assertEquals(RoundTrigger.SHORTEST_PAUSE, RoundTrigger.pauseAfter(1, HOUR));
    assertEquals(HOUR / 2, RoundTrigger.pauseAfter(HOUR / 2, HOUR));
    assertEquals(HOUR, RoundTrigger.pauseAfter(2 * HOUR, HOUR));
  }

  @Test
  void closingEndsTheWaitForGood() throws InterruptedException {
    RoundTrigger wakeups = new RoundTrigger();
    wakeups.close();
    assertFalse(wakeups.await(HOUR, 0));
    wakeups.now();
    assertFalse(wakeups.await(HOUR, 0));
  }
}
