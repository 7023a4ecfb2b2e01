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
 * Why an agent may not be revived now, whatever its health. Pure: from what the files and the
 * journal say. Immutable.
 *
 * @param kind what stands in the way
 * @param reason the reason, for people
 */
public record RevivalBlocker(Kind kind, String reason) {

  /** From the strongest to the weakest. */
  public enum Kind {
    /** Its mission is not active. */
    MISSION,
    /** A person wants it not to run. */
    STOPPED,
    /** A person wants it left alone, by an order or in its file. */
    PAUSED,
    /** It has used up its chances. */
    QUARANTINED,
    /** A restart would not cure it. */
    HELD,
    /** Its mission should have ended long ago. */
    OVERDUE;

    /** Whether the agent is still asked after: it may get well by itself. */
    public boolean watched() {
      return this == HELD || this == OVERDUE;
    }
  }

  /** The strongest bar, if there is any. */
  public static Optional<RevivalBlocker> to(
      CellConfig mission,
      @Nullable AgentSpec agent,
      Optional<Restriction> cellIntent,
      AgentHistory history,
      Instant now) {
    return mission(mission)
        .or(() -> intent(cellIntent, "its cell was ", now))
        .or(() -> intent(history.intent(), "", now))
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
      Optional<Restriction> intent, String whose, Instant now) {
    return intent
        .filter(standing -> standing.holds(now))
        .map(
            standing ->
                new RevivalBlocker(
                    standing.kind() == Restriction.Kind.STOPPED ? Kind.STOPPED : Kind.PAUSED,
                    whose + standing.describe()));
  }

  private static RevivalBlocker restraint(Restriction standing) {
    Kind kind = standing.kind() == Restriction.Kind.HELD ? Kind.HELD : Kind.QUARANTINED;
    return new RevivalBlocker(kind, standing.describe());
  }

  /** Whether its file wants it to run. */
  public static boolean runs(AgentSpec spec) {
    return spec.status() == AgentStatus.IDLE || spec.status() == AgentStatus.ACTIVE;
  }

  private static Optional<RevivalBlocker> file(@Nullable AgentSpec spec) {
    if (spec == null) {
      return Optional.of(new RevivalBlocker(Kind.PAUSED, "it has no file"));
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
