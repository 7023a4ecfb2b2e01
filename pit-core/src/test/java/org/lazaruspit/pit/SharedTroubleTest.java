package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.FakeMachine;
import org.lazaruspit.pit.testkit.SimulatedPit;

/**
 * Failures that a restart does not cure, or that many agents share: held, reported, and ended in
 * order.
 */
final class SharedTroubleTest {

  private static final List<AgentRef> AGENTS =
      Stream.of("a", "b", "c").map(SimulatedPit::agent).toList();
  private static final AgentRef A = AGENTS.get(0);
  private SimulatedPit pit;

  @BeforeEach
  void open() throws Exception {
    pit = new SimulatedPit("a", "b", "c");
    pit.files()
        .updatePolicies(
            before -> new RevivalPolicies(AutoRevive.YES, null, null, null, null, null, 0));
    pit.round();
  }

  @AfterEach
  void close() throws IOException {
    pit.close();
  }

  private long wellAgents() {
    return AGENTS.stream().filter(pit.machine::well).count();
  }

  @Test
  void agentsSilentBehindADeadGatewayComeBackAfterACanary() throws Exception {
    pit.machine.unreachable = 1;
    AGENTS.forEach(pit.machine::freeze);
    pit.round();
    assertEquals(3, pit.machine.starts.size(), "unreachable gateway: no agent is judged");
    pit.machine.fates.add(FakeMachine.Fate.DIES_AT_ONCE); // the canary fails
    int before = pit.machine.starts.size();
    pit.round();
    assertEquals(0, wellAgents() - (pit.machine.starts.size() - before - 1));
    pit.round();
    assertEquals(2, wellAgents(), "the next canary, and then all others");
    assertEquals(1, pit.ledger().all().stream().filter(SharedTroubleTest::failed).count());
  }

  /** Returns the agents that wait for the canary at the time of its start. */
  private List<AgentRef> waitingAtTheStartOfTheCanary() {
    List<AgentRef> waiting = new ArrayList<>();
    int before = pit.machine.starts.size();
    pit.machine.beforeStart =
        started -> {
          if (pit.machine.starts.size() == before) {
            AGENTS.stream()
                .filter(
                    agent ->
                        pit.revivals.why(agent).rules().toString().contains("waits until canary"))
                .forEach(waiting::add);
          }
        };
    return waiting;
  }

  private static boolean failed(Revival revival) {
    return revival.status() == RevivalStatus.FAILED;
  }

  @Test
  void anEndedProcessIsDeadEvenIfItsGatewayIsUnreachable() throws Exception {
    pit.machine.unreachable = 2;
    pit.machine.kill(A);
    pit.round();
    assertTrue(pit.machine.well(A));
  }

  @ParameterizedTest
  @CsvSource({"75, QUOTA", "77, AUTH", "78, CONFIG"})
  void anAgentThatARestartDoesNotHelpIsHeldAcrossRestartsOfThePit(int status, FailureCause cause)
      throws Exception {
    pit.machine.exits(A, status);
    pit.round();
    pit.restart(1);
    pit.advance(Duration.ofDays(2));
    pit.round();
    assertFalse(pit.machine.well(A));
    Restriction hold = pit.revivals.restrictions(A).get(0);
    assertEquals(cause, hold.cause().orElseThrow());
    assertEquals("ended with status " + status, hold.reason());
    pit.revivals.lift(A, "it has a quota again");
    pit.round();
    assertTrue(pit.machine.well(A));
  }

  @Test
  void anAgentThatRecoversByItselfIsNoLongerHeld() throws Exception {
    pit.machine.exits(A, 75);
    pit.round();
    assertEquals(1, pit.revivals.restrictions(A).size());
    pit.machine.startByHand(A, 1);
    pit.round();
    assertEquals(List.of(), pit.revivals.restrictions(A));
  }

  @Test
  void agentsLiftedTogetherComeBackAfterACanary() throws Exception {
    AGENTS.forEach(agent -> pit.machine.exits(agent, 77));
    pit.round();
    assertEquals(0, wellAgents());
    pit.revivals.lift(SimulatedPit.CELL, "the key is back");
    List<AgentRef> waiting = waitingAtTheStartOfTheCanary();
    pit.round();
    pit.round();
    assertEquals(3, wellAgents());
    assertEquals(2, waiting.size(), waiting::toString);
  }

  @Test
  void aGatewayThatIsAheadOfALostJournalIsOvertakenByTheNextAttempt() throws Exception {
    pit.files()
        .updatePolicies(
            before -> new RevivalPolicies(AutoRevive.YES, null, null, null, null, null, 2));
    pit.round();
    pit.machine.gatewayKnows(A, 41);
    pit.machine.kill(A);
    pit.round();
    pit.advance(Duration.ofSeconds(2));
    pit.round();
    assertTrue(pit.machine.well(A));
    assertEquals(42, pit.ledger().incarnation("a"));
  }

  /** Not a zombie: the pit learns the lost incarnation, then stops the agent. */
  @Test
  void anAgentThatIsAheadOfALostJournalIsStoppedByTheNextAttempt() throws Exception {
    pit.files()
        .updatePolicies(
            before -> new RevivalPolicies(AutoRevive.YES, null, null, null, null, null, 2));
    pit.round();
    pit.machine.startByHand(A, 41);
    pit.machine.freeze(A);
    pit.round();
    assertEquals(41, pit.machine.running().get(A));
    pit.advance(Duration.ofSeconds(2));
    pit.round();
    assertTrue(pit.machine.well(A));
    assertEquals(42, pit.machine.running().get(A));
  }
}
