package org.lazaruspit.pit.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.SimulatedPit;

final class WatchdogTest {

  private static final Instant START = Instant.parse("2026-01-31T09:30:00Z");
  private static final AgentRef AGENT = new AgentRef(new UUID(1, 1), "writer");

  private Duration passed = Duration.ZERO;
  private boolean loopRuns = true;
  private final Watchdog watchdog =
      new Watchdog(
          Duration.ofSeconds(30), () -> passed.toNanos(), () -> START.plus(passed), () -> loopRuns);

  /** Advances the time, with a check each second. */
  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      passed = passed.plusSeconds(1);
      watchdog.check();
    }
  }

  /** Advances the time, and returns the complaints logged meanwhile. */
  private List<String> logged(int seconds) {
    List<String> logged = new ArrayList<>();
    for (int i = 0; i < seconds; i++) {
      passed = passed.plusSeconds(1);
      logged.addAll(watchdog.check());
    }
    return logged;
  }

  @Test
  void aProblemIsLoggedOnceUntilItEndsAndReturns() {
    watchdog.started();
    assertEquals(List.of("the loop is late"), logged(200));
    watchdog.roundEnded();
    assertEquals(List.of("the loop is late"), logged(200));
  }

  @Test
  void aDelayOfAFewSecondsIsToleratedForAnyPollInterval() {
    Watchdog eager =
        new Watchdog(
            Duration.ofSeconds(1),
            () -> passed.toNanos(),
            () -> START.plus(passed),
            () -> loopRuns);
    eager.started();
    passed = passed.plusSeconds(6);
    assertTrue(eager.health().well());
    passed = passed.plusSeconds(1);
    assertEquals(List.of("the loop is late"), eager.health().complaints());
  }

  @Test
  void aStopOfThisProcessIsNoFailureToAct() {
    watchdog.started();
    watchdog.failed(AGENT, 1);
    passed = passed.plus(Duration.ofHours(1));
    watchdog.check();
    watchdog.roundEnded();
    assertTrue(watchdog.health().well());
    pass(61);
    watchdog.roundEnded();
    assertEquals(List.of("failures were seen and not acted on"), complaints());
  }

  @Test
  void aFailureOfALaterIncarnationIsAnotherFailure() {
    watchdog.started();
    watchdog.failed(AGENT, 1);
    watchdog.actedOn(AGENT);
    watchdog.failed(AGENT, 2);
    pass(61);
    watchdog.roundEnded();
    assertEquals(List.of("failures were seen and not acted on"), complaints());
    assertEquals(2, watchdog.health().failuresSeen());
    assertEquals(1, watchdog.health().failuresActedOn());
  }

  private static final String NOT_ACTED_ON = "failures were seen and not acted on";

  @Test
  void aDecidedRevivalThatNeverBeginsIsReportedAsNotActedOn() throws Exception {
    try (SimulatedPit pit = new SimulatedPit("writer")) {
      pit.round();
      pit.round();
      pit.stuck = true;
      pit.machine.kill(SimulatedPit.agent("writer"));
      pit.round();
      assertTrue(pit.ledger().of("writer").openRevival().orElseThrow().status().underWay());
      pit.advance(Duration.ofSeconds(60));
      pit.round();
      assertTrue(pit.watchdog.health().well());
      pit.advance(Duration.ofSeconds(1));
      pit.round();
      assertEquals(List.of(NOT_ACTED_ON), pit.watchdog.health().complaints());
    }
  }

  @Test
  void aWaitingRevivalIsNotReported() throws Exception {
    try (SimulatedPit pit = new SimulatedPit("writer")) {
      pit.files()
          .updatePolicies(
              before -> new RevivalPolicies(AutoRevive.ASK, null, null, null, null, null, null));
      for (int round = 0; round < 5; round++) {
        pit.round();
        pit.advance(Duration.ofSeconds(61));
        assertTrue(pit.watchdog.health().complaints().stream().noneMatch(NOT_ACTED_ON::equals));
      }
      assertEquals(
          RevivalStatus.PENDING_APPROVAL,
          pit.ledger().of("writer").openRevival().orElseThrow().status());
    }
  }

  @Test
  void aBegunRevivalThatStallsCountsOnceAndIsReported() {
    watchdog.started();
    watchdog.failed(AGENT, 1);
    watchdog.actedOn(AGENT);
    pass(100);
    watchdog.neglected(AGENT, 1);
    watchdog.roundEnded();
    pass(60);
    watchdog.neglected(AGENT, 1);
    watchdog.roundEnded();
    assertTrue(watchdog.health().well());
    pass(1);
    assertEquals(List.of(NOT_ACTED_ON), complaints());
    watchdog.actedOn(AGENT);
    assertTrue(watchdog.health().well());
    assertEquals(1, watchdog.health().failuresActedOn());
  }

  private List<String> complaints() {
    return watchdog.health().complaints();
  }

  @Test
  void aPitThatWasNeverStartedIsNotLate() {
    pass(1000);
    assertTrue(watchdog.health().well());
    assertEquals(Optional.empty(), watchdog.health().runningSince());
  }

  @Test
  void aLoopThatIsLateByMoreThanAPollIsReportedUntilItsNextRound() {
    watchdog.started();
    pass(60);
    assertEquals(Duration.ofSeconds(30), watchdog.health().late());
    assertTrue(watchdog.health().well());
    pass(1);
    assertEquals(List.of("the loop is late"), complaints());
    watchdog.roundEnded();
    assertTrue(watchdog.health().well());
    assertEquals(1, watchdog.health().rounds());
    assertEquals(Optional.of(START.plusSeconds(61)), watchdog.health().lastRound());
  }

  @Test
  void aStopOfThisProcessIsNoDelayOfTheLoop() {
    watchdog.started();
    passed = passed.plus(Duration.ofHours(1));
    watchdog.check();
    assertTrue(watchdog.health().well());
    pass(61);
    assertFalse(watchdog.health().well());
  }

  @Test
  void anEndedLoopIsReported() {
    watchdog.started();
    loopRuns = false;
    assertEquals(List.of("the loop has ended"), complaints());
    watchdog.close();
    assertTrue(watchdog.health().well(), "a pit that was closed has no loop");
  }

  @Test
  void failuresThatAreNotActedOnAreReported() {
    watchdog.started();
    for (int poll = 0; poll < 3; poll++) {
      watchdog.failed(AGENT, 1);
      watchdog.roundEnded();
      assertTrue(watchdog.health().well());
      pass(30);
    }
    watchdog.roundEnded();
    assertEquals(List.of("failures were seen and not acted on"), complaints());
    assertEquals(1, watchdog.health().failuresSeen(), "each counts once");
    assertEquals(0, watchdog.health().failuresActedOn());
    watchdog.actedOn(AGENT);
    assertTrue(watchdog.health().well());
    assertEquals(1, watchdog.health().failuresActedOn());
  }

  @Test
  void aHealthyOrRemovedAgentIsNoFailure() {
    watchdog.started();
    watchdog.failed(AGENT, 1);
    watchdog.clear(AGENT);
    watchdog.failed(AGENT, 2);
    watchdog.retain(Set.of());
    pass(61);
    watchdog.roundEnded();
    assertTrue(watchdog.health().well());
    assertEquals(2, watchdog.health().failuresSeen());
  }
}
