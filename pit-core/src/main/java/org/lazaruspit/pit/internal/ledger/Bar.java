package org.lazaruspit.pit.internal.ledger;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.CellStatus;
import org.lazaruspit.pit.Standing;

/**
 * Why an agent may not be revived now, whatever its health. Pure: from what the files and the
 * journal say. Immutable.
 *
 * @param kind what stands in the way
 * @param words the reason, for people
 */
public record Bar(Kind kind, String words) {

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
  public static Optional<Bar> to(
      CellConfig mission,
      @Nullable AgentSpec agent,
      Optional<Standing> cellIntent,
      AgentHistory history,
      Instant now) {
    return mission(mission)
        .or(() -> intent(cellIntent, "its cell was ", now))
        .or(() -> intent(history.intent(), "", now))
        .or(() -> history.restraint().map(Bar::restraint))
        .or(() -> file(agent))
        .or(() -> overdue(mission, now));
  }

  private static Optional<Bar> mission(CellConfig mission) {
    CellStatus status = mission.status();
    return status == CellStatus.ACTIVE
        ? Optional.empty()
        : Optional.of(new Bar(Kind.MISSION, "its mission is " + status.wireName()));
  }

  private static Optional<Bar> intent(Optional<Standing> intent, String whose, Instant now) {
    return intent
        .filter(standing -> standing.holds(now))
        .map(
            standing ->
                new Bar(
                    standing.kind() == Standing.Kind.STOPPED ? Kind.STOPPED : Kind.PAUSED,
                    whose + standing.words()));
  }

  private static Bar restraint(Standing standing) {
    Kind kind = standing.kind() == Standing.Kind.HELD ? Kind.HELD : Kind.QUARANTINED;
    return new Bar(kind, standing.words());
  }

  /** Whether its file wants it to run. */
  public static boolean runs(AgentSpec spec) {
    return spec.status() == AgentStatus.IDLE || spec.status() == AgentStatus.ACTIVE;
  }

  private static Optional<Bar> file(@Nullable AgentSpec spec) {
    if (spec == null) {
      return Optional.of(new Bar(Kind.PAUSED, "it has no file"));
    }
    if (runs(spec)) {
      return Optional.empty();
    }
    AgentStatus status = spec.status();
    return Optional.of(
        new Bar(
            status == AgentStatus.FAILED ? Kind.QUARANTINED : Kind.PAUSED,
            "its file says " + status.wireName()));
  }

  private static Optional<Bar> overdue(CellConfig mission, Instant now) {
    return now.isBefore(mission.deadline())
        ? Optional.empty()
        : Optional.of(new Bar(Kind.OVERDUE, "its mission is overdue since " + mission.deadline()));
  }
}
