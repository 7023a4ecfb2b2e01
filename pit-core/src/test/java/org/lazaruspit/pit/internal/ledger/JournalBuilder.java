package org.lazaruspit.pit.internal.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.Revival.Origin;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.RevivalStep;
import org.lazaruspit.pit.internal.journal.JournalEntry;
import org.lazaruspit.pit.internal.journal.JournalEvent;
import org.lazaruspit.pit.internal.journal.RevivalEvent.AttemptFailed;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Decided;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Ended;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Requested;
import org.lazaruspit.pit.internal.journal.RevivalEvent.StepTaken;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;

/** Builds the ledger of one agent from events at given times. */
public final class JournalBuilder {

  static final UUID CELL = new UUID(7, 7);
  public static final Instant START = Instant.parse("2026-01-31T09:30:00Z");

  private RevivalLedger ledger = RevivalLedger.empty(CELL);
  private Instant now = START;
  private long seq;
  private int revivals;
  private int attempt;
  private long incarnation;

  public JournalBuilder wait(Duration time) {
    now = now.plus(time);
    return this;
  }

  public JournalBuilder dies() {
    return requested(Origin.DEATH, RevivalStatus.PENDING);
  }

  public JournalBuilder diesAndWaitsForApproval() {
    return requested(Origin.DEATH, RevivalStatus.PENDING_APPROVAL);
  }

  public JournalBuilder isOrderedBack() {
    return requested(Origin.OPERATOR, RevivalStatus.PENDING);
  }

  private JournalBuilder requested(Origin origin, RevivalStatus status) {
    revivals++;
    attempt = 0;
    return add(Requested.revival(subject(), origin, status, "gone"));
  }

  public JournalBuilder approved() {
    return add(new Decided(subject(), true, "by an operator"));
  }

  /** Adds an attempt up to the start of the agent, with this checkpoint or none. */
  public JournalBuilder starts(String... checkpoint) {
    attempt++;
    add(new StepTaken(subject(), RevivalStep.STOP, ""));
    incarnation++;
    Optional<String> hash = checkpoint.length == 0 ? Optional.empty() : Optional.of(checkpoint[0]);
    return add(new StepTaken(subject(), RevivalStep.START, hash, ""));
  }

  /** Adds an attempt that fails before the start. */
  JournalBuilder failsBeforeItsStart() {
    attempt++;
    add(new StepTaken(subject(), RevivalStep.STOP, ""));
    return fails();
  }

  public JournalBuilder fails() {
    return add(new AttemptFailed(subject(), "failed"));
  }

  JournalBuilder revived() {
    return add(new Ended(subject(), RevivalStatus.REVIVED, "healthy"));
  }

  JournalBuilder quarantined() {
    return add(new Ended(subject(), RevivalStatus.FAILED, "quarantined"));
  }

  public JournalBuilder livesFor(Duration life) {
    return starts().revived().wait(life);
  }

  public JournalBuilder add(JournalEvent event) {
    ledger = ledger.apply(new JournalEntry(++seq, now, OptionalLong.empty(), false, event));
    return this;
  }

  private Subject subject() {
    return new Subject("rv-" + revivals, "writer", FailureCause.EXIT, attempt, incarnation);
  }

  public Instant now() {
    return now;
  }

  RevivalLedger ledger() {
    return ledger;
  }

  public AgentHistory history() {
    return ledger.of("writer");
  }

  public Revival revival() {
    return history().find("rv-" + revivals).orElseThrow();
  }
}
