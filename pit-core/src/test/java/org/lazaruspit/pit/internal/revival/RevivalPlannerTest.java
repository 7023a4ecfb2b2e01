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

  private static Decision next(JournalBuilder story, RevivalBlocker... bar) {
    return next(story, 3, story.now(), bar);
  }

  private static Decision next(
      JournalBuilder story, int maxRetries, Instant now, RevivalBlocker... bar) {
    boolean asked = story.revival().status() == RevivalStatus.PENDING_APPROVAL;
    AutoRevive policy = asked ? AutoRevive.ASK : AutoRevive.YES;
    return under(policy, story, story.revival(), maxRetries, now, bar);
  }

  private static Decision under(
      AutoRevive policy,
      JournalBuilder story,
      Revival revival,
      int maxRetries,
      Instant now,
      RevivalBlocker... bar) {
    Optional<RevivalBlocker> first = Stream.of(bar).findFirst();
    return RevivalPlanner.next(
        new Situation(revival, story.history(), first, policy, maxRetries, WINDOW), now);
  }

  @ParameterizedTest
  @CsvSource({
    "PENDING, ASK, true", "PENDING, NO, true", "PENDING, YES, false",
    "PENDING_APPROVAL, YES, true", "PENDING_APPROVAL, NO, true", "PENDING_APPROVAL, ASK, false"
  })
  void whatWasDecidedUnderAnotherPolicyIsDecidedAnew(
      RevivalStatus status, AutoRevive policy, boolean anew) {
    JournalBuilder story =
        status == RevivalStatus.PENDING
            ? new JournalBuilder().dies()
            : new JournalBuilder().diesAndWaitsForApproval();
    Decision decision = under(policy, story, story.revival(), 3, story.now());
    assertEquals(anew, decision instanceof Decision.Supersede, decision::toString);
  }

  @ParameterizedTest
  @EnumSource(AutoRevive.class)
  void aPersonsYesAndAPersonsOrderHoldUnderEveryPolicy(AutoRevive policy) {
    JournalBuilder approved = new JournalBuilder().diesAndWaitsForApproval().approved();
    JournalBuilder ordered = new JournalBuilder().isOrderedBack();
    for (JournalBuilder story : List.of(approved, ordered)) {
      assertEquals(new Decision.Begin(1), under(policy, story, story.revival(), 3, story.now()));
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
    assertTrue(backOff.toMillis() > 0, "this test needs an id whose jitter isn't zero");
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
  void whoDiesAgainRightAfterComingBackIsBackedOffEvenBeforeItsFirstAttempt() {
    Duration two = Duration.ofSeconds(2);
    JournalBuilder loop = new JournalBuilder().dies().livesFor(two).dies().livesFor(two).dies();
    Decision.Wait wait = assertInstanceOf(Decision.Wait.class, next(loop));
    assertEquals(loop.now().plus(RevivalPlanner.backOff("rv-3", 1)), wait.until());
    loop.livesFor(two).dies();
    wait = assertInstanceOf(Decision.Wait.class, next(loop));
    assertEquals(loop.now().plus(RevivalPlanner.backOff("rv-4", 2)), wait.until());
  }

  @Test
  void whoHasLivedForAWhileIsBroughtBackAtOnceHoweverOftenItDied() {
    Duration minute = RevivalPlanner.SHORT_LIFE;
    JournalBuilder story =
        new JournalBuilder().dies().livesFor(minute).dies().livesFor(minute).dies();
    assertEquals(new Decision.Begin(1), next(story));
  }

  @Test
  void aPersonsOrderIsNotBackedOff() {
    Duration two = Duration.ofSeconds(2);
    JournalBuilder loop =
        new JournalBuilder().dies().livesFor(two).dies().livesFor(two).isOrderedBack();
    assertEquals(new Decision.Begin(1), next(loop));
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 2", "3, 4"})
  void afterOneAttemptAndEveryRetryItGivesUp(int maxRetries, int attempts) {
    JournalBuilder story = new JournalBuilder().dies();
    Instant muchLater = JournalBuilder.START.plus(Duration.ofHours(2));
    for (int attempt = 1; attempt <= attempts; attempt++) {
      assertEquals(new Decision.Begin(attempt), next(story, maxRetries, muchLater));
      story.starts().fails();
    }
    assertInstanceOf(Decision.GiveUp.class, next(story, maxRetries, muchLater));
  }

  @ParameterizedTest
  @EnumSource(RevivalBlocker.Kind.class)
  void whatStandsInTheWayEndsWhatWaits(RevivalBlocker.Kind kind) {
    RevivalBlocker bar = new RevivalBlocker(kind, "because");
    assertEquals(new Decision.Supersede("because"), next(new JournalBuilder().dies(), bar));
    assertEquals(
        new Decision.Supersede("because"),
        next(new JournalBuilder().diesAndWaitsForApproval(), bar));
  }

  @Test
  void anOverdueMissionIsNoMatterForAPersonsOrder() {
    assertEquals(new Decision.Begin(1), next(new JournalBuilder().isOrderedBack(), OVERDUE));
    assertEquals(
        new Decision.Supersede("stopped"), next(new JournalBuilder().isOrderedBack(), STOPPED));
  }

  @Test
  void aQuestionWaitsForADayAndIsThenAskedAnew() {
    JournalBuilder story = new JournalBuilder().diesAndWaitsForApproval();
    Instant end = JournalBuilder.START.plus(Duration.ofHours(24));
    assertInstanceOf(Decision.Leave.class, next(story, 3, end.minusMillis(1)));
    assertInstanceOf(Decision.Supersede.class, next(story, 3, end));
  }

  @Test
  void anAnswerIsGoodForADay() {
    JournalBuilder story =
        new JournalBuilder().diesAndWaitsForApproval().wait(Duration.ofHours(20)).approved();
    Instant end = story.now().plus(Duration.ofHours(24));
    assertEquals(new Decision.Begin(1), next(story, 3, end.minusMillis(1)));
    assertInstanceOf(Decision.Supersede.class, next(story, 3, end));
  }

  @ParameterizedTest
  @EnumSource(
      value = RevivalStatus.class,
      names = {"PENDING", "PENDING_APPROVAL"},
      mode = EnumSource.Mode.EXCLUDE)
  void whatRunsOrHasEndedIsLeftAlone(RevivalStatus status) {
    JournalBuilder story = new JournalBuilder().dies();
    Revival revival = withStatus(story.revival(), status);
    assertInstanceOf(
        Decision.Leave.class,
        under(
            AutoRevive.NO,
            story,
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
  void tasksAreHandedOverOnlyWhileTheirAgentIsGivenUp() {
    JournalBuilder story = new JournalBuilder();
    Subject subject = new Subject("rv-0", "writer", FailureCause.EXIT, 0, 1);
    story.add(
        new Requested(subject, Origin.HANDOVER, Optional.of("backup"), RevivalStatus.PENDING, ""));
    assertInstanceOf(Decision.HandOver.class, next(story, QUARANTINED));
    assertInstanceOf(Decision.Supersede.class, next(story));
    assertInstanceOf(Decision.Supersede.class, next(story, STOPPED));
  }

  @Property
  void backOffStaysUnderItsCeilingAndIsTheSameAfterARestart(
      @ForAll String id, @ForAll @IntRange(min = 1, max = 1000) int failed) {
    Duration backOff = RevivalPlanner.backOff(id, failed);
    long ceiling = Math.min(300_000L, failed > 20 ? 300_000L : 1000L << (failed - 1));
    assertTrue(!backOff.isNegative() && backOff.toMillis() <= ceiling, backOff::toString);
    assertEquals(backOff, RevivalPlanner.backOff(id, failed));
  }

  /** Failed starts with the newest, then with the one before; the position that is chosen. */
  @ParameterizedTest
  @CsvSource({"0, 0, 0", "1, 0, 0", "2, 0, 1", "2, 1, -1", "5, 0, 1", "9, 9, -1"})
  void ladderGoesFromTheNewestCheckpointToNone(int newest, int previous, int expected) {
    assertEquals(expected, RevivalPlanner.checkpoint(List.of(newest, previous)));
  }

  @Test
  void withoutAnyCheckpointTheStartIsFresh() {
    assertEquals(-1, RevivalPlanner.checkpoint(List.of()));
    assertEquals(-1, RevivalPlanner.checkpoint(List.of(2)));
  }
}
