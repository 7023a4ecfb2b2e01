package org.lazaruspit.pit.internal.journal;

import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.RevivalStep;

/** Something that happened to a revival: what the journal holds and the ledger is made of. */
public sealed interface RevivalEvent extends JournalEvent {

  /**
   * What every event says.
   *
   * @param revival the revival's id
   * @param agentId the agent's id within the cell
   * @param cause why the agent is to be revived
   * @param attempt the attempt that the event belongs to; 0 before the first
   * @param incarnation the agent's incarnation as of this event
   */
  record Subject(
      String revival, String agentId, FailureCause cause, int attempt, long incarnation) {

    /** Checks that the parts are there. */
    @SuppressWarnings("doclint:missing") // the record says it
    public Subject {
      Objects.requireNonNull(revival, "revival");
      Objects.requireNonNull(agentId, "agentId");
      Objects.requireNonNull(cause, "cause");
    }
  }

  /**
   * Which revival, which agent, which attempt.
   *
   * @return the subject
   */
  Subject subject();

  /**
   * Where the revival stands after this event.
   *
   * @return its status
   */
  RevivalStatus status();

  @Override
  default String agentId() {
    return subject().agentId();
  }

  /**
   * A revival, or a hand-over, was asked for.
   *
   * @param subject what it is about
   * @param origin who asked, and for what
   * @param substitute who is to take over; empty for everything but a hand-over
   * @param status pending, waiting for approval, or declined by policy
   * @param detail the evidence of death
   */
  record Requested(
      Subject subject,
      Revival.Origin origin,
      Optional<String> substitute,
      RevivalStatus status,
      String detail)
      implements RevivalEvent {

    /** Checks that a hand-over, and nothing else, says to whom. */
    @SuppressWarnings("doclint:missing") // the record says it
    public Requested {
      if (substitute.isPresent() != (origin == Revival.Origin.HANDOVER)) {
        throw new IllegalArgumentException(eventName(origin) + ": a substitute is for a hand-over");
      }
    }

    public static Requested revival(
        Subject subject, Revival.Origin origin, RevivalStatus status, String detail) {
      return new Requested(subject, origin, Optional.empty(), status, detail);
    }

    @Override
    public String name() {
      return eventName(origin);
    }

    /** Returns the name of a request's event in the journal. */
    static String eventName(Revival.Origin origin) {
      return switch (origin) {
        case DEATH -> "requested";
        case PERSON -> "ordered";
        case HANDOVER -> "handover_requested";
      };
    }
  }

  /**
   * A person decided.
   *
   * @param subject what it is about
   * @param approved whether the answer was yes
   * @param detail who decided, and why
   */
  record Decided(Subject subject, boolean approved, String detail) implements RevivalEvent {
    static final String APPROVED = "approved";
    static final String DENIED = "denied";

    @Override
    public RevivalStatus status() {
      return approved ? RevivalStatus.PENDING : RevivalStatus.DENIED;
    }

    @Override
    public String name() {
      return approved ? APPROVED : DENIED;
    }
  }

  /**
   * A step is about to be taken.
   *
   * @param subject what it is about
   * @param step the step
   * @param checkpoint the hash of the checkpoint that the agent is about to be started with; empty
   *     for every other step, and without a checkpoint
   * @param detail what the steps before have shown
   */
  record StepTaken(Subject subject, RevivalStep step, Optional<String> checkpoint, String detail)
      implements RevivalEvent {

    public StepTaken(Subject subject, RevivalStep step, String detail) {
      this(subject, step, Optional.empty(), detail);
    }

    @Override
    public RevivalStatus status() {
      return step == RevivalStep.VERIFY_HEALTH ? RevivalStatus.VERIFYING : RevivalStatus.REVIVING;
    }

    @Override
    public String name() {
      return step.wireName();
    }
  }

  /**
   * An attempt did not succeed.
   *
   * @param subject what it is about
   * @param detail why
   */
  record AttemptFailed(Subject subject, String detail) implements RevivalEvent {
    static final String NAME = "attempt_failed";

    @Override
    public RevivalStatus status() {
      return RevivalStatus.PENDING;
    }

    @Override
    public String name() {
      return NAME;
    }
  }

  /**
   * The revival has ended.
   *
   * @param subject what it is about
   * @param status revived, failed or superseded
   * @param detail what was seen
   */
  record Ended(Subject subject, RevivalStatus status, String detail) implements RevivalEvent {

    /** Checks that the status is an end. */
    @SuppressWarnings("doclint:missing") // the record says it
    public Ended {
      if (status.open()) {
        throw new IllegalArgumentException(status.wireName() + " is not the end of a revival");
      }
    }

    @Override
    public String name() {
      return status.wireName();
    }
  }
}
