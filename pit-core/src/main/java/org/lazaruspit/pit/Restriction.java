package org.lazaruspit.pit;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What keeps an agent, or a whole cell, from being worked on: by a person's intent, or by its own
 * record. Immutable and thread-safe.
 *
 * @param kind what it is
 * @param cause the cause that it is held for; empty for everything but {@link Kind#HELD}
 * @param since when it began
 * @param until when it ends by itself; empty where somebody has to end it
 * @param reason why, in words
 */
public record Restriction(
    Kind kind,
    Optional<FailureCause> cause,
    Instant since,
    Optional<Instant> until,
    String reason) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public Restriction {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(until, "until");
    Objects.requireNonNull(reason, "reason");
  }

  /** The kinds of standing. */
  public enum Kind {
    /** A person wants it not to run: the pit stops it and does not bring it back. */
    STOPPED,
    /** A person wants the pit to leave it alone, dead or alive. */
    PAUSED,
    /** It came back too often, or could not be brought back: a person has to look. */
    QUARANTINED,
    /** In trouble that a restart would not cure: shown, not revived. */
    HELD;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /**
     * The name used in the journal and in JSON.
     *
     * @return the constant's name in lower case
     */
    public String wireName() {
      return wireName;
    }
  }

  /** Whether it still holds; one with an end is over at that instant. */
  public boolean holds(Instant now) {
    return until.isEmpty() || now.isBefore(until.get());
  }

  /** For people. */
  public String describe() {
    String what =
        cause.map(c -> "held (" + c.wireName() + ")").orElse(kind.wireName())
            + until.map(end -> " until " + end).orElse("");
    return reason.isEmpty() ? what : what + ": " + reason;
  }
}
