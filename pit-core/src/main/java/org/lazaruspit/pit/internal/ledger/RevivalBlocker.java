package org.lazaruspit.pit.internal.ledger;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.CellStatus;
import org.lazaruspit.pit.Restriction;

/**
 * Strongest reason against a revival of an agent now, independent of its health. Computed from the
 * files and the journal. Immutable.
 *
 * @param kind the kind of the reason
 * @param reason the reason, for people
 */
public record RevivalBlocker(Kind kind, String reason) {

  /** Kinds, from the strongest to the weakest. */
  public enum Kind {
    /** The mission is not active. */
    MISSION,
    /** An operator has stopped the agent. */
    STOPPED,
    /** An operator has paused the agent, by an order or in its file. */
    PAUSED,
    /** The agent of another cell has its key at its gateway: it is refused. */
    KEY,
    /** The agent is quarantined. */
    QUARANTINED,
    /** The agent is held. */
    HELD,
    /** The mission is past its deadline. */
    OVERDUE;

    /** Returns whether the agent is still probed: it may recover by itself. */
    public boolean watched() {
      return this == HELD || this == OVERDUE;
    }
  }

  /**
   * Returns the strongest blocker.
   *
   * @param key the blocker of an agent whose key is another agent's
   */
  public static Optional<RevivalBlocker> to(
      CellConfig mission,
      @Nullable AgentSpec agent,
      Optional<Restriction> cellIntent,
      AgentHistory history,
      Optional<RevivalBlocker> key,
      Instant now) {
    return mission(mission)
        .or(() -> intent(cellIntent, "its cell was ", now))
        .or(() -> intent(history.intent(), "", now))
        .or(() -> key)
        .or(() -> history.restraint().map(RevivalBlocker::restraint))
        .or(() -> file(agent))
        .or(() -> overdue(mission, now));
  }

  private static Optional<RevivalBlocker> mission(CellConfig mission) {
    CellStatus status = mission.status();
    return status == CellStatus.ACTIVE
        ? Optional.empty()
        : Optional.of(new RevivalBlocker(Kind.MISSION, "its mission is " + status.wireName()));
  }

  private static Optional<RevivalBlocker> intent(
      Optional<Restriction> intent, String prefix, Instant now) {
    return intent
        .filter(restriction -> restriction.holds(now))
        .map(
            restriction ->
                new RevivalBlocker(
                    restriction.kind() == Restriction.Kind.STOPPED ? Kind.STOPPED : Kind.PAUSED,
                    prefix + restriction.describe()));
  }

  private static RevivalBlocker restraint(Restriction restriction) {
    Kind kind = restriction.kind() == Restriction.Kind.HELD ? Kind.HELD : Kind.QUARANTINED;
    return new RevivalBlocker(kind, restriction.describe());
  }

  /** Returns whether the agent runs by the status in its file. */
  public static boolean runs(AgentSpec spec) {
    return spec.status() == AgentStatus.IDLE || spec.status() == AgentStatus.ACTIVE;
  }

  private static Optional<RevivalBlocker> file(@Nullable AgentSpec spec) {
    if (spec == null) {
      return Optional.of(new RevivalBlocker(Kind.PAUSED, "its file is missing"));
    }
    if (runs(spec)) {
      return Optional.empty();
    }
    AgentStatus status = spec.status();
    return Optional.of(
        new RevivalBlocker(
            status == AgentStatus.FAILED ? Kind.QUARANTINED : Kind.PAUSED,
            "its file says " + status.wireName()));
  }

  private static Optional<RevivalBlocker> overdue(CellConfig mission, Instant now) {
    return now.isBefore(mission.deadline())
        ? Optional.empty()
        : Optional.of(
            new RevivalBlocker(Kind.OVERDUE, "its mission is overdue since " + mission.deadline()));
  }
}
