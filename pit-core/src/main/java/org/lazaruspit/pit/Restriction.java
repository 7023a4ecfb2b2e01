package org.lazaruspit.pit;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Stop, pause, hold or quarantine on record, of an agent or a whole cell. Immutable and
 * thread-safe.
 *
 * @param kind the kind
 * @param cause the cause of a hold; empty for every kind except {@link Kind#HELD}
 * @param since the begin
 * @param until the automatic end; empty if only an operator can end the restriction
 * @param reason the reason, as text; may be empty
 */
public record Restriction(
    Kind kind,
    Optional<FailureCause> cause,
    Instant since,
    Optional<Instant> until,
    String reason) {

  /** Rejects null components. */
  @SuppressWarnings("doclint:missing") // the record says it
  public Restriction {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(until, "until");
    Objects.requireNonNull(reason, "reason");
  }

  /** Kind of a restriction. */
  public enum Kind {
    /** Stopped by an operator: the pit stops the agent and does not revive it. */
    STOPPED,
    /** Paused by an operator: the pit neither stops nor revives the agent. */
    PAUSED,
    /** Revived too often, or not revivable: no automatic revivals until an operator lifts it. */
    QUARANTINED,
    /** In trouble that a restart does not cure: reported, not revived. */
    HELD;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /**
     * Returns the name used in the journal and in JSON.
     *
     * @return the constant's name in lower case
     */
    public String wireName() {
      return wireName;
    }
  }

  /**
   * Returns whether the restriction holds at a time.
   *
   * @param now the time
   * @return false from {@code until} on; true before, and without an end
   */
  public boolean holds(Instant now) {
    return until.isEmpty() || now.isBefore(until.get());
  }

  /**
   * Returns the kind, the cause, the end and the reason, as text.
   *
   * @return the text, such as {@code paused until 2026-01-31T09:30:00Z: maintenance}
   */
  public String describe() {
    String summary =
        cause.map(failure -> "held (" + failure.wireName() + ")").orElse(kind.wireName())
            + until.map(end -> " until " + end).orElse("");
    return reason.isEmpty() ? summary : summary + ": " + reason;
  }
}
