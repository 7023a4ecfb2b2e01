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

  private static int returns(JournalBuilder journal) {
    return journal.history().returns(journal.now(), WINDOW);
  }

  @Test
  void theFirstStartIsNotCounted() {
    assertEquals(0, returns(new JournalBuilder().dies().livesFor(MINUTE)));
    assertEquals(1, returns(new JournalBuilder().dies().livesFor(MINUTE).dies().livesFor(MINUTE)));
  }

  @Test
  void revivalsBeforeTheWindowAreNotCounted() {
    JournalBuilder journal = new JournalBuilder().dies().livesFor(MINUTE);
    for (int i = 0; i < 4; i++) {
      journal.dies().livesFor(Duration.ofMinutes(5));
    }
    assertEquals(3, returns(journal));
  }

  @Test
  void tenSteadyMinutesResetTheCount() {
    JournalBuilder journal = new JournalBuilder().dies().livesFor(MINUTE);
    journal.dies().livesFor(MINUTE).dies().livesFor(MINUTE);
    assertEquals(2, returns(journal));
    journal.wait(AgentHistory.STEADY.minus(MINUTE).minusMillis(1));
    assertEquals(2, returns(journal));
    journal.wait(Duration.ofMillis(1));
    assertEquals(0, returns(journal));
    assertEquals(1, returns(journal.dies().livesFor(MINUTE)), "the count stays reset");
  }

  @Test
  void ordersAndApprovalsAreNotCounted() {
    JournalBuilder journal = new JournalBuilder().dies().livesFor(MINUTE);
    journal.isOrderedBack().livesFor(MINUTE);
    journal.diesAndWaitsForApproval().approved().livesFor(MINUTE);
    assertEquals(0, returns(journal));
  }

  @Test
  void aQuarantineResetsTheCount() {
    JournalBuilder journal = new JournalBuilder().dies().livesFor(MINUTE).dies().livesFor(MINUTE);
    journal.dies().starts().fails().quarantined();
    assertEquals(1, returns(journal.dies().livesFor(MINUTE).wait(MINUTE)));
  }

  @Test
  void failedStartsAreCountedPerCheckpointAcrossDeaths() {
    JournalBuilder journal =
        new JournalBuilder().dies().starts("ab").fails().starts("ab").fails().starts("cd").fails();
    assertEquals(2, journal.history().failedStarts("ab"));
    assertEquals(1, journal.history().failedStarts("cd"));
    journal.starts().revived().dies();
    assertEquals(2, journal.history().failedStarts("ab"), "a fresh start is no evidence");
    journal.starts("ab").revived();
    assertEquals(0, journal.history().failedStarts("ab"));
    assertEquals(1, journal.history().failedStarts("cd"));
  }

  @Test
  void anAttemptWithoutAStartIsNoEvidenceAboutTheCheckpoint() {
    JournalBuilder journal = new JournalBuilder().dies().starts("ab").fails().failsBeforeItsStart();
    assertEquals(1, journal.history().failedStarts("ab"));
  }

  @Test
  void intentAndRestraintAreIndependent() {
    JournalBuilder journal = new JournalBuilder();
    journal.add(RestrictionEvent.quarantined("writer", 1, true, "too often"));
    journal.add(RestrictionEvent.of(Change.STOPPED, "writer", 1, "for tonight"));
    journal.add(RestrictionEvent.of(Change.RESUMED, "writer", 1, "go on"));
    assertEquals(Optional.empty(), journal.history().intent());
    assertTrue(journal.history().restraint().isPresent());
    journal.add(RestrictionEvent.of(Change.LIFTED, "writer", 1, "mended"));
    assertEquals(Optional.empty(), journal.history().restraint());
  }

  @Test
  void aPauseEndsAtItsInstant() {
    JournalBuilder journal = new JournalBuilder();
    journal.add(
        RestrictionEvent.paused("writer", Optional.of(JournalBuilder.START.plus(MINUTE)), "lunch"));
    Restriction pause = journal.history().intent().orElseThrow();
    assertTrue(pause.holds(JournalBuilder.START.plus(MINUTE).minusMillis(1)));
    assertFalse(pause.holds(JournalBuilder.START.plus(MINUTE)));
  }

  @Test
  void anIntentForTheCellIsNotAnAgents() {
    JournalBuilder journal =
        new JournalBuilder().add(RestrictionEvent.of(Change.STOPPED, "", 0, "audit"));
    assertTrue(journal.ledger().cellIntent().isPresent());
    assertEquals(Optional.empty(), journal.history().intent());
    journal.add(RestrictionEvent.of(Change.RESUMED, "", 0, "over"));
    assertEquals(Optional.empty(), journal.ledger().cellIntent());
  }

  @Test
  void oldRevivalsAreDropped() {
    JournalBuilder journal = new JournalBuilder();
    for (int i = 0; i < 2000; i++) {
      journal.dies().starts().revived();
    }
    assertEquals(1100, journal.history().revivals().size());
    assertEquals("rv-2000", journal.history().latest().orElseThrow().id());
    assertEquals(2000, journal.history().incarnation());
  }
}
