package org.lazaruspit.pit.internal.journal;

import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.RevivalStep;

/** Event of a revival; the journal holds these, and the ledger is computed from them. */
public sealed interface RevivalEvent extends JournalEvent {

  /**
   * Fields of every event.
   *
   * @param revival id of the revival
   * @param agentId id of the agent within the cell
   * @param cause cause of the revival
   * @param attempt number of the attempt; 0 before the first
   * @param incarnation the agent's incarnation as of this event
   */
  record Subject(
      String revival, String agentId, FailureCause cause, int attempt, long incarnation) {

    /** Checks for null and the ranges of the numbers. */
    @SuppressWarnings("doclint:missing") // the record documents it
    public Subject {
      Objects.requireNonNull(revival, "revival");
      Objects.requireNonNull(agentId, "agentId");
      Objects.requireNonNull(cause, "cause");
      if (attempt < 0) {
        throw new IllegalArgumentException("attempt: " + attempt + " is negative");
      }
      Incarnation.require(incarnation);
    }
  }

  /** Returns the revival, the agent and the attempt. */
  Subject subject();

  /** Returns the status of the revival after this event. */
  RevivalStatus status();

  @Override
  default String agentId() {
    return subject().agentId();
  }

  /**
   * A revival or a hand-over is requested.
   *
   * @param subject the subject
   * @param origin origin of the request
   * @param substitute substitute of a hand-over; empty for all other origins
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

    /** Checks that a hand-over, and no other request, has a substitute. */
    @SuppressWarnings("doclint:missing") // the record documents it
    public Requested {
      if (substitute.isPresent() != (origin == Revival.Origin.HANDOVER)) {
        throw new IllegalArgumentException(
            eventName(origin) + ": only a hand-over has a substitute, and it needs one");
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
        case OPERATOR -> "ordered";
        case HANDOVER -> "handover_requested";
      };
    }
  }

  /**
   * An operator approved or denied the revival.
   *
   * @param subject the subject
   * @param approved whether it was approved
   * @param detail operator and reason
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
   * A step is about to begin.
   *
   * @param subject the subject
   * @param step the step
   * @param checkpoint identity of the checkpoint that the agent is started with; empty for all
   *     other steps, and without a checkpoint
   * @param detail results of the previous steps
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
   * An attempt failed.
   *
   * @param subject the subject
   * @param detail the reason
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
   * The revival ended.
   *
   * @param subject the subject
   * @param status revived, failed or superseded
   * @param detail the observation
   */
  record Ended(Subject subject, RevivalStatus status, String detail) implements RevivalEvent {

    /** Checks that the status is final. */
    @SuppressWarnings("doclint:missing") // the record documents it
    public Ended {
      if (status.open()) {
        throw new IllegalArgumentException(status.wireName() + " does not end a revival");
      }
    }

    @Override
    public String name() {
      return status.wireName();
    }
  }
}
