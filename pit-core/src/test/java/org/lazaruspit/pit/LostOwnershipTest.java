package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.SimulatedPit;

/** A pit whose cell goes to another one, at the worst moments. */
final class LostOwnershipTest {

  private static final AgentRef WRITER = SimulatedPit.agent("writer");

  /** A pit that is stopped there, for longer than its claim lasts, wakes up right there. */
  @Test
  void whoeverLostTheCellAfterALineDoesNotDoWhatTheLineAnnounces() throws Exception {
    int line = 1;
    while (nothingIsDoneAfter(line)) {
      line++;
    }
    assertTrue(line > 6, "a revival has more lines than " + line);
  }

  /** False where the revival has fewer lines than that. */
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
      // The next owner reads where it was, and goes on.
      takeOver(pit);
      assertTrue(pit.machine.well(WRITER), "after line " + line);
      assertEquals(List.of(), pit.machine.violations);
      return true;
    }
  }

  @Test
  void aStopThatAPersonOrderedIsLeftToTheNextOwner() throws Exception {
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

  /** Rounds in which the cell is let go, claimed anew, and what waits becomes due. */
  private static void takeOver(SimulatedPit pit) throws Exception {
    for (int round = 0; round < 4; round++) {
      pit.advance(Duration.ofMinutes(5));
      pit.round();
    }
  }

  @Test
  void aCellThatAnotherIsToHaveIsLetGoOnceNoRevivalIsUnderWay() throws Exception {
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
      assertTrue(pit.ownsCell(), "in the middle of a revival");
      assertTrue(pit.machine.well(WRITER));
      pit.round();
      assertFalse(pit.ownsCell());
    }
  }
}
