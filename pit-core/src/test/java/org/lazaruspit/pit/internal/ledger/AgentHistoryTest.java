package org.lazaruspit.pit.internal.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.internal.journal.RestrictionEvent;
import org.lazaruspit.pit.internal.journal.RestrictionEvent.Change;

final class AgentHistoryTest {

  private static final Duration WINDOW = Duration.ofMinutes(15);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static int returns(JournalBuilder story) {
    return story.history().returns(story.now(), WINDOW);
  }

  @Test
  void theFirstStartIsNoReturn() {
    assertEquals(0, returns(new JournalBuilder().dies().livesFor(MINUTE)));
    assertEquals(1, returns(new JournalBuilder().dies().livesFor(MINUTE).dies().livesFor(MINUTE)));
  }

  @Test
  void returnsAreForgottenWithTheWindow() {
    JournalBuilder story = new JournalBuilder().dies().livesFor(MINUTE);
    for (int i = 0; i < 4; i++) {
      story.dies().livesFor(Duration.ofMinutes(5));
    }
    assertEquals(3, returns(story));
  }

  @Test
  void tenSteadyMinutesForgiveAll() {
    JournalBuilder story = new JournalBuilder().dies().livesFor(MINUTE);
    story.dies().livesFor(MINUTE).dies().livesFor(MINUTE);
    assertEquals(2, returns(story));
    story.wait(AgentHistory.STEADY.minus(MINUTE).minusMillis(1));
    assertEquals(2, returns(story));
    story.wait(Duration.ofMillis(1));
    assertEquals(0, returns(story));
    assertEquals(1, returns(story.dies().livesFor(MINUTE)), "and it stays forgiven");
  }

  @Test
  void aPersonsOrderAndApprovalAreNotHeldAgainstTheAgent() {
    JournalBuilder story = new JournalBuilder().dies().livesFor(MINUTE);
    story.isOrderedBack().livesFor(MINUTE);
    story.diesAndWaitsForApproval().approved().livesFor(MINUTE);
    assertEquals(0, returns(story));
  }

  @Test
  void whatCameBeforeItWasGivenUpIsSettled() {
    JournalBuilder story = new JournalBuilder().dies().livesFor(MINUTE).dies().livesFor(MINUTE);
    story.dies().starts().fails().givenUp();
    assertEquals(1, returns(story.dies().livesFor(MINUTE).wait(MINUTE)));
  }

  @Test
  void failedStartsAreRememberedWithTheirCheckpointAcrossDeaths() {
    JournalBuilder story =
        new JournalBuilder().dies().starts("ab").fails().starts("ab").fails().starts("cd").fails();
    assertEquals(2, story.history().failedStarts("ab"));
    assertEquals(1, story.history().failedStarts("cd"));
    story.starts().revived().dies();
    assertEquals(2, story.history().failedStarts("ab"), "a fresh start proves nothing of it");
    story.starts("ab").revived();
    assertEquals(0, story.history().failedStarts("ab"));
    assertEquals(1, story.history().failedStarts("cd"));
  }

  @Test
  void anAttemptThatStartedNobodySaysNothingOfTheCheckpoint() {
    JournalBuilder story = new JournalBuilder().dies().starts("ab").fails().isNotEvenStarted();
    assertEquals(1, story.history().failedStarts("ab"));
  }

  @Test
  void intentAndRestraintAreTwoThings() {
    JournalBuilder story = new JournalBuilder();
    story.add(RestrictionEvent.quarantined("writer", 1, true, "too often"));
    story.add(RestrictionEvent.of(Change.STOPPED, "writer", 1, "for tonight"));
    story.add(RestrictionEvent.of(Change.RESUMED, "writer", 1, "go on"));
    assertEquals(Optional.empty(), story.history().intent());
    assertTrue(story.history().restraint().isPresent());
    story.add(RestrictionEvent.of(Change.LIFTED, "writer", 1, "mended"));
    assertEquals(Optional.empty(), story.history().restraint());
  }

  @Test
  void aPauseEndsByItselfAtItsInstant() {
    JournalBuilder story = new JournalBuilder();
    story.add(
        RestrictionEvent.paused("writer", Optional.of(JournalBuilder.START.plus(MINUTE)), "lunch"));
    Restriction pause = story.history().intent().orElseThrow();
    assertTrue(pause.holds(JournalBuilder.START.plus(MINUTE).minusMillis(1)));
    assertFalse(pause.holds(JournalBuilder.START.plus(MINUTE)));
  }

  @Test
  void anIntentForTheWholeCellIsNoAgents() {
    JournalBuilder story =
        new JournalBuilder().add(RestrictionEvent.of(Change.STOPPED, "", 0, "audit"));
    assertTrue(story.ledger().cellIntent().isPresent());
    assertEquals(Optional.empty(), story.history().intent());
    story.add(RestrictionEvent.of(Change.RESUMED, "", 0, "over"));
    assertEquals(Optional.empty(), story.ledger().cellIntent());
  }

  @Test
  void manyRevivalsAreNotRememberedForEver() {
    JournalBuilder story = new JournalBuilder();
    for (int i = 0; i < 2000; i++) {
      story.dies().starts().revived();
    }
    assertEquals(1100, story.history().revivals().size());
    assertEquals("rv-2000", story.history().latest().orElseThrow().id());
    assertEquals(2000, story.history().incarnation());
  }
}
