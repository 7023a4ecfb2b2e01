package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.lazaruspit.pit.RevivalPlanner.CheckpointChoice;
import org.lazaruspit.pit.RevivalPlanner.Decision;
import org.lazaruspit.pit.spi.AgentRef;

final class RevivalPlannerTest {

  private static final Instant THEN = Instant.parse("2026-01-31T09:30:00Z");

  private static Revival revival(RevivalStatus status, int attempt) {
    return new Revival(
        "rv-1",
        new AgentRef(new UUID(1, 1), "writer"),
        Cause.EXIT,
        "gone",
        THEN,
        status,
        attempt,
        1,
        Optional.empty(),
        THEN,
        "");
  }

  @Test
  void firstAttemptBeginsAtOnce() {
    assertEquals(
        new Decision.Begin(1), RevivalPlanner.next(revival(RevivalStatus.PENDING, 0), 3, THEN));
  }

  @Test
  void nextAttemptWaitsForItsBackOffAndThenBegins() {
    Revival failedOnce = revival(RevivalStatus.PENDING, 1);
    Duration backOff = RevivalPlanner.backOff("rv-1", 1);
    assertTrue(backOff.toMillis() > 0, "this test needs an id whose jitter isn't zero");
    Decision.Wait wait =
        assertInstanceOf(Decision.Wait.class, RevivalPlanner.next(failedOnce, 3, THEN));
    assertEquals(THEN.plus(backOff), wait.until());
    assertEquals(new Decision.Begin(2), RevivalPlanner.next(failedOnce, 3, wait.until()));
  }

  @Test
  void clockSetBackDoesNotStretchTheBackOff() {
    assertEquals(
        new Decision.Begin(2),
        RevivalPlanner.next(revival(RevivalStatus.PENDING, 1), 3, THEN.minusSeconds(86_400)));
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 2", "3, 4"})
  void afterOneAttemptAndEveryRetryItGivesUp(int maxRetries, int attempts) {
    Instant muchLater = THEN.plus(Duration.ofDays(1));
    assertInstanceOf(
        Decision.GiveUp.class,
        RevivalPlanner.next(revival(RevivalStatus.PENDING, attempts), maxRetries, muchLater));
    assertEquals(
        new Decision.Begin(attempts),
        RevivalPlanner.next(revival(RevivalStatus.PENDING, attempts - 1), maxRetries, muchLater));
  }

  @ParameterizedTest
  @EnumSource(names = "PENDING", mode = EnumSource.Mode.EXCLUDE)
  void onlyAPendingRevivalIsActedOn(RevivalStatus status) {
    assertInstanceOf(
        Decision.Leave.class,
        RevivalPlanner.next(revival(status, 0), 3, THEN.plus(Duration.ofDays(1))));
  }

  @Property
  void backOffStaysUnderItsCeilingAndIsTheSameAfterARestart(
      @ForAll String id, @ForAll @IntRange(min = 1, max = 1000) int failed) {
    Duration backOff = RevivalPlanner.backOff(id, failed);
    long ceiling = Math.min(300_000L, failed > 20 ? 300_000L : 1000L << (failed - 1));
    assertTrue(!backOff.isNegative() && backOff.toMillis() <= ceiling, backOff::toString);
    assertEquals(backOff, RevivalPlanner.backOff(id, failed));
  }

  @ParameterizedTest
  @CsvSource({"1, NEWEST", "2, NEWEST", "3, PREVIOUS", "4, FRESH", "9, FRESH"})
  void ladderGoesFromTheNewestCheckpointToNone(int attempt, CheckpointChoice expected) {
    assertEquals(expected, RevivalPlanner.checkpointFor(attempt));
  }
}
