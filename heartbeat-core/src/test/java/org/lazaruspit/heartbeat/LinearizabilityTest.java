package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs {@link HistoryCheck}. */
class LinearizabilityTest {
  private final long seed = System.nanoTime();
  private final HistoryCheck histories = new HistoryCheck(seed);

  @AfterEach
  void end() {
    histories.close();
  }

  @Test
  void operationsOfTwoThreadsHaveAnOrder() throws Exception {
    assertEquals(100 * 3 * 45, check(2, 100));
  }

  @Test
  void operationsOfThreeThreadsHaveAnOrder() throws Exception {
    assertEquals(10 * 3 * 120, check(3, 10));
  }

  @Test
  @Tag("full")
  void operationsHaveAnOrderInALongRun() throws Exception {
    assertEquals(4_000 * 3 * 45, check(2, 4_000));
    assertEquals(400 * 3 * 120, check(3, 400));
  }

  private long check(int operations, int rounds) throws Exception {
    long checked = 0;
    for (int round = 0; round < rounds; round++) {
      checked += histories.checkEach(operations);
    }
    return checked;
  }
}
