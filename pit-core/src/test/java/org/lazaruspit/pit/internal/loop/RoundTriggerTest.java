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
  void theFirstRoundBeginsAtOnceAndTheNextOnDemand() throws InterruptedException {
    RoundTrigger trigger = new RoundTrigger();
    assertTrue(trigger.await(HOUR, 0));
    trigger.now();
    assertTrue(trigger.await(HOUR, HOUR));
  }

  @Test
  void newsStartARoundBeforeThePollAfterAPause() throws InterruptedException {
    RoundTrigger trigger = new RoundTrigger();
    trigger.await(HOUR, 0);
    trigger.news();
    long began = System.nanoTime();
    assertTrue(trigger.await(HOUR, 0));
    assertTrue(System.nanoTime() - began >= RoundTrigger.SHORTEST_PAUSE, "rounds back to back");
  }

  @Test
  void oneRoundCoversAllEarlierNews() throws InterruptedException {
    RoundTrigger trigger = new RoundTrigger();
    trigger.await(HOUR, 0);
    trigger.news();
    trigger.news();
    assertTrue(trigger.await(HOUR, 0));
    long began = System.nanoTime();
    assertTrue(trigger.await(2 * RoundTrigger.SHORTEST_PAUSE, 0));
    assertTrue(System.nanoTime() - began >= 2 * RoundTrigger.SHORTEST_PAUSE, "a round on old news");
  }

  @Test
  void afterALongRoundThePauseIsAsLongButNeverLongerThanThePoll() {
    assertEquals(RoundTrigger.SHORTEST_PAUSE, RoundTrigger.pauseAfter(1, HOUR));
    assertEquals(HOUR / 2, RoundTrigger.pauseAfter(HOUR / 2, HOUR));
    assertEquals(HOUR, RoundTrigger.pauseAfter(2 * HOUR, HOUR));
  }

  @Test
  void closingEndsTheWaitForGood() throws InterruptedException {
    RoundTrigger trigger = new RoundTrigger();
    trigger.close();
    assertFalse(trigger.await(HOUR, 0));
    trigger.now();
    assertFalse(trigger.await(HOUR, 0));
  }
}
