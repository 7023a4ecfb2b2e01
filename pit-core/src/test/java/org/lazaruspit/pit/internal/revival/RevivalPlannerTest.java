package org.lazaruspit.pit.internal.revival;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.Revival.Origin;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Requested;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;
import org.lazaruspit.pit.internal.ledger.JournalBuilder;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.internal.revival.RevivalPlanner.Decision;
import org.lazaruspit.pit.internal.revival.RevivalPlanner.Situation;

final class RevivalPlannerTest {

  private static final Duration WINDOW = Duration.ofMinutes(15);
  private static final RevivalBlocker STOPPED =
      new RevivalBlocker(RevivalBlocker.Kind.STOPPED, "stopped");
  private static final RevivalBlocker OVERDUE =
      new RevivalBlocker(RevivalBlocker.Kind.OVERDUE, "overdue");
  private static final RevivalBlocker QUARANTINED =
      new RevivalBlocker(RevivalBlocker.Kind.QUARANTINED, "quarantined");

  private static Decision next(JournalBuilder journal, RevivalBlocker... blocker) {
    return next(journal, 3, journal.now(), blocker);
  }

  private static Decision next(
      JournalBuilder journal, int maxRetries, Instant now, RevivalBlocker... blocker) {
    boolean waits = journal.revival().status() == RevivalStatus.PENDING_APPROVAL;
    AutoRevive policy = waits ? AutoRevive.ASK : AutoRevive.YES;
    return under(policy, journal, journal.revival(), maxRetries, now, blocker);
  }

  private static Decision under(
      AutoRevive policy,
      JournalBuilder journal,
      Revival revival,
      int maxRetries,
      Instant now,
      RevivalBlocker... blocker) {
    Optional<RevivalBlocker> first = Stream.of(blocker).findFirst();
    return RevivalPlanner.next(
        new Situation(revival, journal.history(), first, policy, maxRetries, WINDOW), now);
  }

  @ParameterizedTest
  @CsvSource({
    "PENDING, ASK, true", "PENDING, NO, true", "PENDING, YES, false",
    "PENDING_APPROVAL, YES, true", "PENDING_APPROVAL, NO, true", "PENDING_APPROVAL, ASK, false"
  })
  void aRequestUnderAnotherPolicyIsDecidedAnew(
      RevivalStatus status, AutoRevive policy, boolean anew) {
    JournalBuilder journal =
        status == RevivalStatus.PENDING
            ? new JournalBuilder().dies()
            : new JournalBuilder().diesAndWaitsForApproval();
    Decision decision = under(policy, journal, journal.revival(), 3, journal.now());
    assertEquals(anew, decision instanceof Decision.Supersede, decision::toString);
  }

  @ParameterizedTest
  @EnumSource(AutoRevive.class)
  void anApprovalAndAnOrderHoldUnderEveryPolicy(AutoRevive policy) {
    JournalBuilder approved = new JournalBuilder().diesAndWaitsForApproval().approved();
    JournalBuilder ordered = new JournalBuilder().isOrderedBack();
    for (JournalBuilder journal : List.of(approved, ordered)) {
      assertEquals(
          new Decision.Begin(1), under(policy, journal, journal.revival(), 3, journal.now()));
    }
  }

  @Test
  void firstAttemptBeginsAtOnce() {
    assertEquals(new Decision.Begin(1), next(new JournalBuilder().dies()));
  }

  @Test
  void nextAttemptWaitsForItsBackOffAndThenBegins() {
    JournalBuilder failedOnce = new JournalBuilder().dies().starts().fails();
    Duration backOff = RevivalPlanner.backOff("rv-1", 1);
    assertTrue(backOff.toMillis() > 0, "this test needs an id with a jitter above zero");
    Decision.Wait wait = assertInstanceOf(Decision.Wait.class, next(failedOnce));
    assertEquals(JournalBuilder.START.plus(backOff), wait.until());
    assertEquals(new Decision.Begin(2), next(failedOnce, 3, wait.until()));
  }

  @Test
  void clockSetBackDoesNotStretchTheBackOff() {
    JournalBuilder failedOnce = new JournalBuilder().dies().starts().fails();
    assertEquals(
        new Decision.Begin(2), next(failedOnce, 3, JournalBuilder.START.minus(Duration.ofDays(1))));
  }

  @Test
  void anAgentThatDiesAgainAtOnceIsBackedOffBeforeItsFirstAttempt() {
    Duration two = Duration.ofSeconds(2);
    JournalBuilder loop = new JournalBuilder().dies().livesFor(two).dies().livesFor(two).dies();
    Decision.Wait wait = assertInstanceOf(Decision.Wait.class, next(loop));
    assertEquals(loop.now().plus(RevivalPlanner.backOff("rv-3", 1)), wait.until());
    loop.livesFor(two).dies();
    wait = assertInstanceOf(Decision.Wait.class, next(loop));
    assertEquals(loop.now().plus(RevivalPlanner.backOff("rv-4", 2)), wait.until());
  }

  @Test
  void anAgentThatRanForAMinuteIsRevivedAtOnce() {
    Duration minute = RevivalPlanner.SHORT_LIFE;
    JournalBuilder journal =
        new JournalBuilder().dies().livesFor(minute).dies().livesFor(minute).dies();
    assertEquals(new Decision.Begin(1), next(journal));
  }

  @Test
  void anOperatorsOrderIsNotBackedOff() {
    Duration two = Duration.ofSeconds(2);
    JournalBuilder loop =
        new JournalBuilder().dies().livesFor(two).dies().livesFor(two).isOrderedBack();
    assertEquals(new Decision.Begin(1), next(loop));
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 2", "3, 4"})
  void afterTheFirstAttemptAndEveryRetryTheAgentIsQuarantined(int maxRetries, int attempts) {
    JournalBuilder journal = new JournalBuilder().dies();
    Instant muchLater = JournalBuilder.START.plus(Duration.ofHours(2));
    for (int attempt = 1; attempt <= attempts; attempt++) {
      assertEquals(new Decision.Begin(attempt), next(journal, maxRetries, muchLater));
      journal.starts().fails();
    }
    assertInstanceOf(Decision.Quarantine.class, next(journal, maxRetries, muchLater));
  }

  @ParameterizedTest
  @EnumSource(RevivalBlocker.Kind.class)
  void aBlockerSupersedesAWaitingRequest(RevivalBlocker.Kind kind) {
    RevivalBlocker blocker = new RevivalBlocker(kind, "because");
    assertEquals(new Decision.Supersede("because"), next(new JournalBuilder().dies(), blocker));
    assertEquals(
        new Decision.Supersede("because"),
        next(new JournalBuilder().diesAndWaitsForApproval(), blocker));
  }

  @Test
  void anOverdueMissionDoesNotBlockAnOrder() {
    assertEquals(new Decision.Begin(1), next(new JournalBuilder().isOrderedBack(), OVERDUE));
    assertEquals(
        new Decision.Supersede("stopped"), next(new JournalBuilder().isOrderedBack(), STOPPED));
  }

  @Test
  void anApprovalIsAwaitedForADayAndThenRequestedAnew() {
    JournalBuilder journal = new JournalBuilder().diesAndWaitsForApproval();
    Instant end = JournalBuilder.START.plus(Duration.ofHours(24));
    assertInstanceOf(Decision.Leave.class, next(journal, 3, end.minusMillis(1)));
    assertInstanceOf(Decision.Supersede.class, next(journal, 3, end));
  }

  @Test
  void anApprovalIsValidForADay() {
    JournalBuilder journal =
        new JournalBuilder().diesAndWaitsForApproval().wait(Duration.ofHours(20)).approved();
    Instant end = journal.now().plus(Duration.ofHours(24));
    assertEquals(new Decision.Begin(1), next(journal, 3, end.minusMillis(1)));
    assertInstanceOf(Decision.Supersede.class, next(journal, 3, end));
  }

  @ParameterizedTest
  @EnumSource(
      value = RevivalStatus.class,
      names = {"PENDING", "PENDING_APPROVAL"},
      mode = EnumSource.Mode.EXCLUDE)
  void aRunningOrEndedRevivalIsLeftAlone(RevivalStatus status) {
    JournalBuilder journal = new JournalBuilder().dies();
    Revival revival = withStatus(journal.revival(), status);
    assertInstanceOf(
        Decision.Leave.class,
        under(
            AutoRevive.NO,
            journal,
            revival,
            3,
            JournalBuilder.START.plus(Duration.ofDays(2)),
            STOPPED));
  }

  private static Revival withStatus(Revival it, RevivalStatus status) {
    return new Revival(
        it.id(),
        it.agent(),
        it.origin(),
        it.substitute(),
        it.cause(),
        it.reason(),
        it.requestedAt(),
        it.approvedAt(),
        status,
        it.attempt(),
        it.incarnation(),
        it.step(),
        it.checkpoint(),
        it.changedAt(),
        it.detail());
  }

  @Test
  void tasksAreHandedOverOnlyWhileTheirAgentIsQuarantined() {
    JournalBuilder journal = new JournalBuilder();
    Subject subject = new Subject("rv-0", "writer", FailureCause.EXIT, 0, 1);
    journal.add(
        new Requested(subject, Origin.HANDOVER, Optional.of("backup"), RevivalStatus.PENDING, ""));
    assertInstanceOf(Decision.HandOver.class, next(journal, QUARANTINED));
    assertInstanceOf(Decision.Supersede.class, next(journal));
    assertInstanceOf(Decision.Supersede.class, next(journal, STOPPED));
  }

  @Property
  void backOffStaysUnderItsCeilingAndIsTheSameAfterARestart(
      @ForAll String id, @ForAll @IntRange(min = 1, max = 1000) int failed) {
    Duration backOff = RevivalPlanner.backOff(id, failed);
    long ceiling = Math.min(300_000L, failed > 20 ? 300_000L : 1000L << (failed - 1));
    assertTrue(!backOff.isNegative() && backOff.toMillis() <= ceiling, backOff::toString);
    assertEquals(backOff, RevivalPlanner.backOff(id, failed));
  }

  /** Failed starts with the newest and the previous checkpoint; the chosen position. */
  @ParameterizedTest
  @CsvSource({"0, 0, 0", "1, 0, 0", "2, 0, 1", "2, 1, -1", "5, 0, 1", "9, 9, -1"})
  void failedStartsLeadFromTheNewestCheckpointToNone(int newest, int previous, int expected) {
    assertEquals(expected, RevivalPlanner.checkpoint(List.of(newest, previous)));
  }

  @Test
  void withoutAnyCheckpointTheStartIsFresh() {
    assertEquals(-1, RevivalPlanner.checkpoint(List.of()));
    assertEquals(-1, RevivalPlanner.checkpoint(List.of(2)));
  }
}
