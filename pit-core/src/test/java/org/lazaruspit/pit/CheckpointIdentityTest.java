package org.lazaruspit.pit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lazaruspit.cell.CheckpointContent;
import org.lazaruspit.cell.Checkpoints;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.FakeMachine.Fate;
import org.lazaruspit.pit.testkit.SimulatedPit;

/** Failed starts count for one checkpoint, even if its context is that of every other. */
final class CheckpointIdentityTest {

  private static final AgentRef WRITER = SimulatedPit.agent("writer");

  private SimulatedPit pit;

  @BeforeEach
  void open() throws Exception {
    pit = new SimulatedPit("writer");
    pit.round();
    assertTrue(pit.machine.well(WRITER));
  }

  @AfterEach
  void close() throws IOException {
    pit.close();
  }

  private void save(int step, String artifact) throws IOException {
    Checkpoints.of(pit.directory)
        .save(
            "writer",
            pit.ledger().incarnation("writer"),
            CheckpointContent.of(("{\"step\":" + step + "}").getBytes(UTF_8), "{}".getBytes(UTF_8))
                .withArtifact("notes.txt", artifact.getBytes(UTF_8)));
  }

  /** Lets the checkpoint fail twice, and the agent be started without it. */
  private void startFreshAfterTwoFailures() throws Exception {
    pit.machine.fates.add(Fate.CANNOT_START);
    pit.machine.fates.add(Fate.CANNOT_START);
    pit.machine.kill(WRITER);
    for (int i = 0; i < 3; i++) {
      pit.advance(Duration.ofMinutes(6));
      pit.round();
    }
    assertTrue(pit.machine.well(WRITER));
    assertEquals(Optional.empty(), checkpointOfLastStart());
  }

  private Optional<String> checkpointOfLastStart() {
    return pit.ledger().of("writer").latest().orElseThrow().checkpoint();
  }

  @Test
  void aLaterCheckpointWithTheSameContextIsUsedAgain() throws Exception {
    save(1, "a");
    startFreshAfterTwoFailures();
    save(2, "a");
    killAfterALongLife();
    assertTrue(checkpointOfLastStart().isPresent(), "the start is not fresh");
  }

  @Test
  void aCheckpointThatDiffersInAnArtifactAloneIsUsedAgain() throws Exception {
    save(1, "a");
    startFreshAfterTwoFailures();
    save(1, "b");
    killAfterALongLife();
    assertTrue(checkpointOfLastStart().isPresent(), "the start is not fresh");
  }

  @Test
  void theSameContentSavedAgainIsRecognisedAcrossDeaths() throws Exception {
    save(1, "a");
    startFreshAfterTwoFailures();
    save(1, "a");
    killAfterALongLife();
    assertEquals(Optional.empty(), checkpointOfLastStart());
  }

  @Test
  void theJournalNamesTheIdentityOfTheCheckpoint() throws Exception {
    save(1, "a");
    killAfterALongLife();
    String first = checkpointOfLastStart().orElseThrow();
    save(2, "a");
    killAfterALongLife();
    assertNotEquals(first, checkpointOfLastStart().orElseThrow());
  }

  private void killAfterALongLife() throws Exception {
    pit.advance(Duration.ofMinutes(11));
    pit.round();
    pit.machine.kill(WRITER);
    assertTrue(pit.machine.well(WRITER));
  }
}
