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
  private final Watchdog dog =
      new Watchdog(
          Duration.ofSeconds(30), () -> passed.toNanos(), () -> START.plus(passed), () -> loopRuns);

  /** Time passes while the watchdog looks once a second. */
  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      passed = passed.plusSeconds(1);
      dog.check();
    }
  }

  /** What it said meanwhile. */
  private List<String> said(int seconds) {
    List<String> said = new ArrayList<>();
    for (int i = 0; i < seconds; i++) {
      passed = passed.plusSeconds(1);
      said.addAll(dog.check());
    }
    return said;
  }

  @Test
  void whatIsWrongIsSaidOnceUntilItIsMendedAndWrongAgain() {
    dog.started();
    assertEquals(List.of("the loop is late"), said(200));
    dog.roundEnded();
    assertEquals(List.of("the loop is late"), said(200));
  }

  @Test
  void aFewSecondsAreABusyMachineHoweverOftenThePitPolls() {
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
  void aPauseOfThisProcessIsNoNeglectOfAFailure() {
    dog.started();
    dog.failed(AGENT, 1);
    passed = passed.plus(Duration.ofHours(1));
    dog.check();
    dog.roundEnded();
    assertTrue(dog.health().well());
    pass(61);
    dog.roundEnded();
    assertEquals(List.of("failures were seen and not acted on"), complaints());
  }

  @Test
  void aLaterIncarnationsFailureIsAnother() {
    dog.started();
    dog.failed(AGENT, 1);
    dog.actedOn(AGENT);
    dog.failed(AGENT, 2);
    pass(61);
    dog.roundEnded();
    assertEquals(List.of("failures were seen and not acted on"), complaints());
    assertEquals(2, dog.health().failuresSeen());
    assertEquals(1, dog.health().failuresActedOn());
  }

  private static final String NEGLECT = "failures were seen and not acted on";

  @Test
  void whatWasDecidedAndIsNeverBegunIsComplainedOfAsNotActedOn() throws Exception {
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
      assertEquals(List.of(NEGLECT), pit.watchdog.health().complaints());
    }
  }

  @Test
  void whatHasToWaitIsNoNeglect() throws Exception {
    try (SimulatedPit pit = new SimulatedPit("writer")) {
      pit.files()
          .updatePolicies(
              before -> new RevivalPolicies(AutoRevive.ASK, null, null, null, null, null, null));
      for (int round = 0; round < 5; round++) {
        pit.round();
        pit.advance(Duration.ofSeconds(61));
        assertTrue(pit.watchdog.health().complaints().stream().noneMatch(NEGLECT::equals));
      }
      assertEquals(
          RevivalStatus.PENDING_APPROVAL,
          pit.ledger().of("writer").openRevival().orElseThrow().status());
    }
  }

  @Test
  void whatWasBegunOnceAndIsThenLeftAloneCountsOnceAndIsComplainedOf() {
    dog.started();
    dog.failed(AGENT, 1);
    dog.actedOn(AGENT);
    pass(100);
    dog.neglected(AGENT, 1);
    dog.roundEnded();
    pass(60);
    dog.neglected(AGENT, 1);
    dog.roundEnded();
    assertTrue(dog.health().well());
    pass(1);
    assertEquals(List.of(NEGLECT), complaints());
    dog.actedOn(AGENT);
    assertTrue(dog.health().well());
    assertEquals(1, dog.health().failuresActedOn());
  }

  private List<String> complaints() {
    return dog.health().complaints();
  }

  @Test
  void aPitThatWasNeverStartedIsNotLate() {
    pass(1000);
    assertTrue(dog.health().well());
    assertEquals(Optional.empty(), dog.health().runningSince());
  }

  @Test
  void aLoopThatIsLateByMoreThanAPollIsComplainedOfUntilItsNextRound() {
    dog.started();
    pass(60);
    assertEquals(Duration.ofSeconds(30), dog.health().late());
    assertTrue(dog.health().well());
    pass(1);
    assertEquals(List.of("the loop is late"), complaints());
    dog.roundEnded();
    assertTrue(dog.health().well());
    assertEquals(1, dog.health().rounds());
    assertEquals(Optional.of(START.plusSeconds(61)), dog.health().lastRound());
  }

  @Test
  void aPauseOfThisProcessIsNotTheLoopsFault() {
    dog.started();
    passed = passed.plus(Duration.ofHours(1));
    dog.check();
    assertTrue(dog.health().well());
    pass(61);
    assertFalse(dog.health().well());
  }

  @Test
  void aLoopThatHasEndedIsComplainedOf() {
    dog.started();
    loopRuns = false;
    assertEquals(List.of("the loop has ended"), complaints());
    dog.close();
    assertTrue(dog.health().well(), "a pit that was closed has no loop");
  }

  @Test
  void failuresThatAreSeenAndNotActedOnAreComplainedOf() {
    dog.started();
    for (int poll = 0; poll < 3; poll++) {
      dog.failed(AGENT, 1);
      dog.roundEnded();
      assertTrue(dog.health().well());
      pass(30);
    }
    dog.roundEnded();
    assertEquals(List.of("failures were seen and not acted on"), complaints());
    assertEquals(1, dog.health().failuresSeen(), "each counts once");
    assertEquals(0, dog.health().failuresActedOn());
    dog.actedOn(AGENT);
    assertTrue(dog.health().well());
    assertEquals(1, dog.health().failuresActedOn());
  }

  @Test
  void anAgentThatIsWellAgainOrGoneIsNoFailureAnyMore() {
    dog.started();
    dog.failed(AGENT, 1);
    dog.clear(AGENT);
    dog.failed(AGENT, 2);
    dog.retain(Set.of());
    pass(61);
    dog.roundEnded();
    assertTrue(dog.health().well());
    assertEquals(2, dog.health().failuresSeen());
  }
}
