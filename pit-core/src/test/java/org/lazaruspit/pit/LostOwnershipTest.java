package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.SimulatedPit;

/** A pit that loses its cell at the worst moments. */
final class LostOwnershipTest {

  private static final AgentRef WRITER = SimulatedPit.agent("writer");

  /** Suspends a pit after a line for longer than its claim lasts. */
  @Test
  void aPitThatLosesTheCellAfterALineDoesNotCarryOutTheLine() throws Exception {
    int line = 1;
    while (nothingIsDoneAfter(line)) {
      line++;
    }
    assertTrue(line > 6, "a revival has more lines than " + line);
  }

  /** Returns false if the revival has fewer lines. */
  private static boolean nothingIsDoneAfter(int line) throws Exception {
    try (SimulatedPit pit = new SimulatedPit("writer")) {
      pit.round();
      assertTrue(pit.machine.well(WRITER));
      int[] lines = {0};
      int[] acts = {-1};
      pit.afterEachLine =
          () -> {
            lines[0]++;
            if (lines[0] == line) {
              pit.loseTheCell();
              acts[0] = pit.machine.acts;
            }
          };
      pit.machine.kill(WRITER);
      pit.afterEachLine = () -> {};
      if (acts[0] < 0) {
        return false;
      }
      assertEquals(acts[0], pit.machine.acts, "acts after line " + line);
      // The next owner continues from the journal.
      takeOver(pit);
      assertTrue(pit.machine.well(WRITER), "after line " + line);
      assertEquals(List.of(), pit.machine.violations);
      return true;
    }
  }

  @Test
  void aStopOrderIsLeftToTheNextOwner() throws Exception {
    try (SimulatedPit pit = new SimulatedPit("writer")) {
      pit.round();
      pit.afterEachLine = pit::loseTheCell;
      pit.revivals.stop(WRITER, "tests");
      assertTrue(pit.machine.well(WRITER));
      pit.afterEachLine = () -> {};
      takeOver(pit);
      assertFalse(pit.machine.well(WRITER));
    }
  }

  /** Runs rounds in which the cell is released and claimed again, and back-offs end. */
  private static void takeOver(SimulatedPit pit) throws Exception {
    for (int round = 0; round < 4; round++) {
      pit.advance(Duration.ofMinutes(5));
      pit.round();
    }
  }

  @Test
  void aCellWantedElsewhereIsReleasedOnceNoRevivalIsUnderWay() throws Exception {
    try (SimulatedPit pit = new SimulatedPit("writer")) {
      pit.killAfter(3);
      try {
        pit.round();
      } catch (SimulatedPit.Killed e) {
        assertFalse(pit.alive());
      }
      pit.wantedElsewhere = true;
      pit.restart(1);
      pit.round();
      assertTrue(pit.ownsCell(), "a revival is under way");
      assertTrue(pit.machine.well(WRITER));
      pit.round();
      assertFalse(pit.ownsCell());
    }
  }
}
