package org.lazaruspit.pit.internal.journal;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.pit.FailureCause;

/**
 * Change of the restrictions on an agent or on all agents of a cell.
 *
 * @param change the change
 * @param agentId id of the agent; empty for the whole cell
 * @param incarnation the agent's incarnation at that time; 0 for a cell
 * @param cause cause of a hold; empty for all other changes
 * @param until end of a pause; empty if an operator ends it
 * @param marked whether the agent's file shows it; only a quarantine is written there
 * @param detail the reason, for people
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

  /** Kind of change. */
  public enum Change {
    /** Stopped by an operator. */
    STOPPED,
    /** Paused by an operator: not revived, and left running. */
    PAUSED,
    /** No longer stopped or paused. */
    RESUMED,
    /** Not revived any more: died too often, or all attempts failed. */
    QUARANTINED,
    /** Held: a restart would not help. */
    HELD,
    /** No longer quarantined or held. */
    LIFTED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    String wireName() {
      return wireName;
    }
  }

  @SuppressWarnings("doclint:missing") // the record documents it
  public RestrictionEvent {
    Objects.requireNonNull(change, "change");
    Objects.requireNonNull(agentId, "agentId");
    Objects.requireNonNull(detail, "detail");
    Incarnation.require(incarnation);
    if (cause.isPresent() != (change == Change.HELD)) {
      throw new IllegalArgumentException(change.wireName() + ": only a hold has a cause");
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

  /** Returns a quarantine; {@code marked} if the agent's file shows it. */
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
