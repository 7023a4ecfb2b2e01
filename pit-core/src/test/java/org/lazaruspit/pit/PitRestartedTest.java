package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.PitTeam.Start;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.RealPitFixture;

/** Kills the pit repeatedly, while its agents run on. */
@Tag("full")
@Timeout(300)
final class PitRestartedTest {

  @TempDir Path folder;

  @Test
  void aRestartedPitStartsNoAgentTwiceAndWatchesAllAgain() throws Exception {
    try (PitTeam team = new PitTeam(folder)) {
      team.addCell(5);
      Process pit = team.startPit("pit", "state");
      team.awaitAllWell();
      List<Start> first = newest(team);
      for (int i = 0; i < 3; i++) {
        pit.destroyForcibly().waitFor();
        String name = "pit" + i;
        pit = team.startPit(name, "state");
        PitTeam.await(
            () -> team.lastRound(name).equals("round: 1 cells, 5 agents") ? "" : "no round");
      }
      for (AgentRef agent : team.agents()) {
        team.assertIncarnation(1, agent);
      }
      assertEquals(first, newest(team));
      for (AgentRef agent : team.agents()) {
        RealPitFixture.killAndAwaitEnd(team.newest(agent).pid());
        PitTeam.await(() -> team.starts(agent).size() == 2 ? "" : agent + " did not come back");
      }
      team.awaitAllWell();
      team.assertNoAgentRanTwice();
      team.assertOnlyTheNewestRun();
      for (AgentRef agent : team.agents()) {
        team.assertIncarnation(2, agent);
        List<Revival> revivals = team.ledger(agent.cellId()).of(agent.agentId()).revivals();
        assertEquals(
            FailureCause.EXIT, revivals.get(1).cause(), "detected by its exit, not by its silence");
        assertEquals("killed by signal 9 (KILL)", revivals.get(1).reason());
      }
    }
  }

  private static List<Start> newest(PitTeam team) throws Exception {
    List<Start> newest = new ArrayList<>();
    for (AgentRef agent : team.agents()) {
      newest.add(team.newest(agent));
    }
    return newest;
  }
}
