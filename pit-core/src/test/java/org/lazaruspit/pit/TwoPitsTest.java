package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.pit.PitTeam.Start;
import org.lazaruspit.pit.internal.journal.JournalEntry;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.RealPitFixture;

/** Two pits as processes on one missions root; one is killed. */
@Tag("full")
@Timeout(300)
final class TwoPitsTest {

  private static final String BOTH = "round: 2 cells, 4 agents";
  private static final String NONE = "round: 0 cells, 0 agents";

  @TempDir Path folder;

  @ParameterizedTest(name = "the second one''s state directory: {0}")
  @ValueSource(strings = {"state", "another"})
  void theCellsOfAKilledPitAreTakenOverByTheOther(String stateOfTheSecond) throws Exception {
    try (PitTeam team = new PitTeam(folder)) {
      UUID one = team.addCell(2);
      UUID two = team.addCell(2);
      Process first = team.startPit("first", "state");
      team.awaitAllWell();
      Process second = team.startPit("second", stateOfTheSecond);
      awaitRound(team, "second", NONE);
      awaitRound(team, "first", BOTH);

      AgentRef killed = new AgentRef(one, "a1");
      reviveOnce(team, killed);
      assertEquals(NONE, team.lastRound("second"));
      assertEquals(1, epochs(team, one).size(), "one pit owned it");

      first.destroyForcibly().waitFor();
      AgentRef diedMeanwhile = new AgentRef(two, "a2");
      RealPitFixture.killAndAwaitEnd(team.newest(diedMeanwhile).pid());
      awaitRound(team, "second", BOTH);
      team.awaitAllWell();
      AgentRef adopted = new AgentRef(one, "a2");
      team.assertIncarnation(2, killed);
      team.assertIncarnation(2, diedMeanwhile);
      team.assertIncarnation(1, adopted);

      // The killed pit restarts, and must not take the cells from the other.
      team.startPit("third", "state");
      awaitRound(team, "third", NONE);
      reviveOnce(team, adopted);
      assertEquals("killed by signal 9 (KILL)", reason(team, adopted));
      assertEquals(2, epochs(team, one).size(), "the pits wrote one after the other");
      assertTrue(second.isAlive());
      team.awaitAllWell();
      team.assertNoAgentRanTwice();
      team.assertOnlyTheNewestRun();
    }
  }

  private static void reviveOnce(PitTeam team, AgentRef agent) throws Exception {
    Start before = team.newest(agent);
    RealPitFixture.killAndAwaitEnd(before.pid());
    PitTeam.await(
        () ->
            team.newest(agent).incarnation() == before.incarnation() + 1
                ? ""
                : agent + " did not come back");
    team.awaitAllWell();
  }

  private static void awaitRound(PitTeam team, String pit, String expected) throws Exception {
    PitTeam.await(
        () -> team.lastRound(pit).equals(expected) ? "" : pit + ": " + team.lastRound(pit));
  }

  private static String reason(PitTeam team, AgentRef agent) throws IOException {
    return team.ledger(agent.cellId()).of(agent.agentId()).latest().orElseThrow().reason();
  }

  private static Set<Long> epochs(PitTeam team, UUID cell) throws IOException {
    Set<Long> epochs = new TreeSet<>();
    for (JournalEntry entry : team.journal(cell)) {
      epochs.add(entry.epoch().orElseThrow());
    }
    return epochs;
  }
}
