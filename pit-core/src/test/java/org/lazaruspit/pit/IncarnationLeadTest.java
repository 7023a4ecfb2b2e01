package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.FakeMachine.Start;
import org.lazaruspit.pit.testkit.SimulatedPit;

/** Incarnations in use, and in agents' files, that are higher than the journal's. */
final class IncarnationLeadTest {

  private static final AgentRef A = SimulatedPit.agent("a");
  private SimulatedPit pit;

  @BeforeEach
  void open() throws Exception {
    pit = new SimulatedPit("a");
    pit.files()
        .updatePolicies(
            before -> new RevivalPolicies(AutoRevive.YES, null, null, null, null, null, 2));
  }

  @AfterEach
  void close() throws IOException {
    pit.close();
  }

  private void file(long incarnation) throws IOException {
    pit.files().updateAgent("a", spec -> spec.withIncarnation(incarnation));
  }

  private void roundsWithoutBackOff(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      pit.round();
      pit.advance(Duration.ofSeconds(5));
    }
  }

  private String heldReason() {
    Restriction hold = pit.revivals.restrictions(A).get(0);
    assertEquals(Restriction.Kind.HELD, hold.kind());
    assertEquals(FailureCause.CONFIG, hold.cause().orElseThrow());
    return hold.reason();
  }

  @Test
  void aLargeLeadOfTheGatewayHoldsTheAgentAndMovesNothing() throws Exception {
    pit.round();
    pit.machine.gatewayKnows(A, 1 + 1 + 1_001);
    pit.machine.kill(A);
    roundsWithoutBackOff(5);
    assertEquals(
        "its gateway knows incarnation 1003, started was only 2: if no other pit acts,"
            + " DELETE /agent/a at its gateway, then lift the agent",
        heldReason());
    assertEquals(List.of(new Start(A, 1), new Start(A, 2)), pit.machine.starts);
    assertFalse(pit.machine.running().containsKey(A), "what the attempt has started is stopped");
    assertEquals(2, pit.ledger().incarnation("a"));
    Revival revival = pit.ledger().of("a").latest().orElseThrow();
    assertEquals(RevivalStatus.SUPERSEDED, revival.status());
    assertEquals(1, revival.attempt());
    pit.restart(1);
    roundsWithoutBackOff(2);
    heldReason();
    assertEquals(2, pit.machine.starts.size(), "the hold outlives the pit");
  }

  @Test
  void theLargestSmallLeadIsPassedByTheNextAttempt() throws Exception {
    pit.round();
    pit.machine.gatewayKnows(A, 2 + 1_000);
    pit.machine.kill(A);
    roundsWithoutBackOff(3);
    assertTrue(pit.machine.well(A));
    assertEquals(1_003, pit.ledger().incarnation("a"));
  }

  @Test
  void aRunningAgentWithALargeLeadIsHeldUntilAnOperatorStopsIt() throws Exception {
    pit.round();
    pit.machine.startByHand(A, 1 + 1_001);
    pit.revivals.revive(A, "it hangs");
    roundsWithoutBackOff(3);
    String reason = heldReason();
    assertTrue(
        reason.startsWith(
            "incarnation 1002 runs, the journal knows only 1: if no other pit acts, order a stop,"
                + " then a revival"),
        reason);
    assertEquals(1_002, pit.machine.running().get(A), "a newer incarnation is left alone");
    assertEquals(1, pit.ledger().incarnation("a"));
    pit.revivals.stop(A, "it is no other pit's");
    assertFalse(pit.machine.running().containsKey(A));
    pit.machine.gatewayForgets(A);
    pit.revivals.revive(A, "it is stopped");
    roundsWithoutBackOff(2);
    assertEquals(2, pit.machine.running().get(A));
  }

  @Test
  void theFileOfAnAgentCountsOnlyWithoutAJournal() throws Exception {
    file(5_000);
    roundsWithoutBackOff(1);
    assertEquals(5_001, pit.machine.running().get(A), "the journal is empty");
    file(9_000);
    pit.machine.kill(A);
    roundsWithoutBackOff(2);
    assertEquals(5_002, pit.machine.running().get(A));
  }

  @Test
  void anAgentAtTheLargestIncarnationIsNotStarted() throws Exception {
    file(Incarnation.MAX);
    roundsWithoutBackOff(3);
    assertEquals(List.of(), pit.machine.starts);
    assertEquals(
        "incarnation 1000000000 is the largest, not started: if the journal is lost, correct the"
            + " number in the agent's file, then lift the agent",
        heldReason());
    assertEquals(0, pit.ledger().incarnation("a"));
    file(7);
    pit.revivals.lift(A, "its file is corrected");
    roundsWithoutBackOff(2);
    assertEquals(8, pit.machine.running().get(A));
  }
}
