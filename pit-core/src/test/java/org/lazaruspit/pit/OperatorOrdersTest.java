package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.CellStatus;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.FakeMachine;
import org.lazaruspit.pit.testkit.SimulatedPit;

/** Orders of operators hold across restarts and against every automatic rule. */
final class OperatorOrdersTest {

  private static final AgentRef WRITER = SimulatedPit.agent("writer");
  private static final AgentRef READER = SimulatedPit.agent("reader");
  private SimulatedPit pit;

  @BeforeEach
  void open() throws Exception {
    pit = new SimulatedPit("writer", "reader");
    policy(AutoRevive.YES);
    pit.round();
    assertTrue(pit.machine.well(WRITER) && pit.machine.well(READER));
  }

  @AfterEach
  void close() throws IOException {
    pit.close();
  }

  private void policy(AutoRevive policy) throws IOException {
    pit.files()
        .updatePolicies(before -> new RevivalPolicies(policy, null, null, null, null, null, 1));
  }

  private void restart() throws Exception {
    pit.restart(1);
    pit.round();
  }

  private Revival latest(AgentRef agent) {
    return pit.ledger().of(agent.agentId()).latest().orElseThrow();
  }

  @Test
  void aStoppedAgentIsEndedAndStaysDownUntilItIsResumed() throws Exception {
    pit.revivals.stop(WRITER, "audit");
    assertFalse(pit.machine.well(WRITER));
    restart();
    assertFalse(pit.machine.well(WRITER), "a restart of the pit changes nothing");
    assertTrue(pit.machine.well(READER), "its neighbour is not affected");
    assertEquals(
        List.of(Restriction.Kind.STOPPED),
        pit.revivals.restrictions(WRITER).stream().map(Restriction::kind).toList());
    pit.revivals.resume(WRITER, "audit is over");
    pit.round();
    assertTrue(pit.machine.well(WRITER));
  }

  @Test
  void aStopInterruptedWithItsPitIsCarriedOutByTheNextPit() throws Exception {
    pit.killAfter(1);
    assertThrows(SimulatedPit.Killed.class, () -> pit.revivals.stop(WRITER, "audit"));
    assertTrue(pit.machine.well(WRITER));
    restart();
    assertFalse(pit.machine.well(WRITER));
  }

  @Test
  void aStoppedAgentThatIsStartedByOtherMeansIsEndedAgain() throws Exception {
    pit.revivals.stop(WRITER, "audit");
    pit.machine.startByHand(WRITER, 1);
    pit.round();
    assertFalse(pit.machine.well(WRITER));
  }

  @Test
  void aWholeCellIsStoppedAndResumed() throws Exception {
    pit.revivals.stop(SimulatedPit.CELL, "power cut ahead");
    assertEquals(0, pit.machine.running().size());
    restart();
    assertEquals(0, pit.machine.running().size());
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> pit.revivals.revive(WRITER, "now"));
    assertTrue(e.getMessage().contains("resume it first"), e::getMessage);
    Restriction intent = pit.revivals.restriction(SimulatedPit.CELL).orElseThrow();
    assertEquals(Restriction.Kind.STOPPED, intent.kind());
    assertEquals("power cut ahead", intent.reason());
    pit.revivals.resume(SimulatedPit.CELL, "power is back");
    assertEquals(Optional.empty(), pit.revivals.restriction(SimulatedPit.CELL));
    pit.revivals.pause(SimulatedPit.CELL, Optional.of(pit.now()), "over already");
    assertEquals(Optional.empty(), pit.revivals.restriction(SimulatedPit.CELL));
    pit.round();
    assertEquals(2, pit.machine.running().size());
  }

  @Test
  void aPausedAgentIsLeftAloneUntilItsPauseEndsByItself() throws Exception {
    pit.revivals.pause(WRITER, Optional.of(pit.now().plusSeconds(600)), "debugging");
    assertTrue(pit.machine.well(WRITER), "a pause ends no agent");
    pit.machine.kill(WRITER);
    restart();
    pit.advance(Duration.ofSeconds(599));
    pit.round();
    assertFalse(pit.machine.well(WRITER));
    pit.advance(Duration.ofSeconds(1));
    pit.round();
    assertTrue(pit.machine.well(WRITER));
  }

  @Test
  void anAgentStoppedWhileItWaitsForApprovalIsNotRevivedByAnApproval() throws Exception {
    policy(AutoRevive.ASK);
    pit.round();
    pit.machine.kill(WRITER);
    Revival question = latest(WRITER);
    assertEquals(RevivalStatus.PENDING_APPROVAL, question.status());
    pit.revivals.stop(WRITER, "no more of it");
    assertEquals(RevivalStatus.SUPERSEDED, latest(WRITER).status());
    assertThrows(
        IllegalStateException.class, () -> pit.revivals.approve(question.id(), "too late"));
    pit.round();
    assertFalse(pit.machine.well(WRITER));
  }

  @Test
  void aRequestForAnAgentThatRecoveredByItselfIsSuperseded() throws Exception {
    policy(AutoRevive.ASK);
    pit.round();
    pit.machine.kill(WRITER);
    pit.machine.startByHand(WRITER, 1);
    pit.round();
    assertEquals(RevivalStatus.SUPERSEDED, latest(WRITER).status());
    assertTrue(latest(WRITER).detail().contains("recovered by itself"), latest(WRITER)::detail);
  }

  @Test
  void anApprovalExpires() throws Exception {
    policy(AutoRevive.ASK);
    pit.round();
    pit.machine.kill(WRITER);
    String id = latest(WRITER).id();
    pit.advance(Duration.ofHours(24));
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> pit.revivals.approve(id, "yes"));
    assertTrue(e.getMessage().contains("requests a new approval"), e::getMessage);
    pit.round();
    pit.round();
    assertEquals(RevivalStatus.PENDING_APPROVAL, latest(WRITER).status());
    assertFalse(latest(WRITER).id().equals(id), "requested again, under another id");
    pit.revivals.approve(latest(WRITER).id(), "yes");
    assertTrue(pit.machine.well(WRITER));
  }

  @Test
  void anApprovalIsValidForOneRevivalOnly() throws Exception {
    policy(AutoRevive.ASK);
    pit.round();
    pit.machine.kill(WRITER);
    String id = latest(WRITER).id();
    pit.revivals.approve(id, "yes");
    assertTrue(pit.machine.well(WRITER));
    assertThrows(IllegalStateException.class, () -> pit.revivals.approve(id, "again"));
    pit.machine.kill(WRITER);
    pit.round();
    assertFalse(pit.machine.well(WRITER));
  }

  @Test
  void anAgentThatCannotBeRevivedIsQuarantinedUntilItIsLifted() throws Exception {
    failAllAttempts(WRITER);
    assertEquals(RevivalStatus.FAILED, latest(WRITER).status());
    restart();
    assertFalse(pit.machine.well(WRITER));
    assertTrue(
        pit.revivals.why(WRITER).next().contains("quarantined"), pit.revivals.why(WRITER)::next);
    pit.revivals.lift(WRITER, "disk replaced");
    pit.round();
    assertTrue(pit.machine.well(WRITER));
  }

  @Test
  void aQuarantineHoldsEvenIfTheAgentsFileDoesNotShowIt() throws Exception {
    pit.readOnlyFiles(true);
    failAllAttempts(WRITER);
    assertTrue(pit.ledger().of("writer").unmarked());
    pit.readOnlyFiles(false);
    restart();
    assertFalse(pit.machine.well(WRITER));
    pit.files()
        .updateAgent(
            "writer",
            spec -> {
              assertEquals(AgentStatus.FAILED, spec.status(), "and its file shows it");
              return spec;
            });
  }

  @Test
  void anOrderedRevivalNeedsNoApprovalAndUsesNoBudget() throws Exception {
    policy(AutoRevive.NO);
    pit.round();
    for (int i = 0; i < 7; i++) {
      pit.machine.kill(WRITER);
      pit.revivals.revive(WRITER, "by hand");
      assertTrue(pit.machine.well(WRITER));
      assertEquals(RevivalStatus.REVIVED, latest(WRITER).status());
    }
  }

  @Test
  void anOrderedRevivalOfAHealthyAgentHasNoEffect() throws Exception {
    int starts = pit.machine.starts.size();
    pit.revivals.revive(WRITER, "I thought it was dead");
    assertEquals(RevivalStatus.SUPERSEDED, latest(WRITER).status());
    assertEquals(starts, pit.machine.starts.size());
  }

  @Test
  void anOrderedRevivalEndsTheRestrictions() throws Exception {
    failAllAttempts(WRITER);
    pit.revivals.revive(WRITER, "try again");
    assertTrue(pit.machine.well(WRITER));
    assertEquals(List.of(), pit.revivals.restrictions(WRITER));
    pit.revivals.stop(READER, "stop");
    pit.revivals.revive(READER, "and go");
    assertTrue(pit.machine.well(READER));
  }

  @Test
  void noAgentIsRevivedInAnEndedMission() throws Exception {
    policy(AutoRevive.ASK);
    pit.round();
    pit.machine.kill(WRITER);
    String id = latest(WRITER).id();
    pit.files().updateConfig(config -> config.withStatus(CellStatus.COMPLETED));
    pit.revivals.approve(id, "yes");
    assertFalse(pit.machine.well(WRITER), "read again right before the act");
    assertEquals(RevivalStatus.SUPERSEDED, latest(WRITER).status());
    assertEquals("its mission is completed", latest(WRITER).detail());
  }

  @Test
  void whyShowsEvidenceRulesAndTheNextStep() throws Exception {
    policy(AutoRevive.ASK);
    pit.round();
    pit.machine.kill(WRITER);
    pit.round();
    Explanation why = pit.revivals.why(WRITER);
    assertEquals("waits for approval", why.next());
    assertTrue(why.rules().contains("auto_revive is ask"), why::toString);
    assertTrue(
        why.evidence().stream().anyMatch(line -> line.contains("killed in the simulation")),
        why::toString);
  }

  private void failAllAttempts(AgentRef agent) throws Exception {
    pit.machine.fates.add(FakeMachine.Fate.DIES_AT_ONCE);
    pit.machine.fates.add(FakeMachine.Fate.DIES_AT_ONCE);
    pit.machine.kill(agent);
    pit.advance(Duration.ofSeconds(2));
    pit.round();
    pit.round();
  }
}
