package org.lazaruspit.pit.internal.journal;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.pit.FailureCause;

/**
 * A change of what may be done with an agent, or with every agent of a cell: what a person intends,
 * or what holds an agent back.
 *
 * @param change what changed
 * @param agentId the agent; empty for the whole cell
 * @param incarnation the agent's incarnation at that time; 0 for a cell
 * @param cause why it is held; empty for every other change
 * @param until when a pause ends by itself; empty where it doesn't
 * @param marked whether the agent's file says so, too; only a quarantine is written there
 * @param detail the reason, in words
 */
public record RestrictionEvent(
    Change change,
    String agentId,
    long incarnation,
    Optional<FailureCause> cause,
    Optional<Instant> until,
    boolean marked,
    String detail)
    implements JournalEvent {

  /** What may change. */
  public enum Change {
    /** A person wants it not to run. */
    STOPPED,
    /** A person wants the pit to leave it alone. */
    PAUSED,
    /** Neither stopped nor paused any more. */
    RESUMED,
    /** It came back too often, or could not be brought back. */
    QUARANTINED,
    /** In trouble that a restart would not cure. */
    HELD,
    /** Neither quarantined nor held any more. */
    LIFTED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    String wireName() {
      return wireName;
    }
  }

  @SuppressWarnings("doclint:missing")
  public // the record says it
  RestrictionEvent {
    Objects.requireNonNull(change, "change");
    Objects.requireNonNull(agentId, "agentId");
    Objects.requireNonNull(detail, "detail");
    if (cause.isPresent() != (change == Change.HELD)) {
      throw new IllegalArgumentException(change.wireName() + ": a cause is for what is held");
    }
  }

  public static RestrictionEvent of(
      Change change, String agentId, long incarnation, String detail) {
    return new RestrictionEvent(
        change, agentId, incarnation, Optional.empty(), Optional.empty(), true, detail);
  }

  public static RestrictionEvent paused(String agentId, Optional<Instant> until, String detail) {
    return new RestrictionEvent(Change.PAUSED, agentId, 0, Optional.empty(), until, true, detail);
  }

  public static RestrictionEvent held(
      String agentId, long incarnation, FailureCause cause, String detail) {
    return new RestrictionEvent(
        Change.HELD, agentId, incarnation, Optional.of(cause), Optional.empty(), true, detail);
  }

  /** A quarantine that the agent's file does or doesn't show. */
  public static RestrictionEvent quarantined(
      String agentId, long incarnation, boolean marked, String detail) {
    return new RestrictionEvent(
        Change.QUARANTINED,
        agentId,
        incarnation,
        Optional.empty(),
        Optional.empty(),
        marked,
        detail);
  }

  @Override
  public String name() {
    return change.wireName();
  }
}
