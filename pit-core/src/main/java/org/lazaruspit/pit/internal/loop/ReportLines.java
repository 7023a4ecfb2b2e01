package org.lazaruspit.pit.internal.loop;

import java.util.Optional;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.pit.PitReport.AgentLine;
import org.lazaruspit.pit.PitReport.Status;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.detection.Judge.Judgement;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;

/** Creates the lines of a report. Pure functions. */
final class ReportLines {

  private ReportLines() {}

  /** Returns the line of an agent that is not observed, because of a blocker. */
  static AgentLine blocked(OwnedCell owned, AgentSpec agent, RevivalBlocker blocker) {
    return of(owned, agent, status(blocker.kind()), blocker.reason());
  }

  /** Returns the line of an agent without evidence. */
  static AgentLine of(OwnedCell owned, AgentSpec agent, Status status, String judgement) {
    return new AgentLine(
        owned.ref(agent.agentId()),
        Optional.ofNullable(agent.gateway()),
        status,
        owned.ledger().incarnation(agent.agentId()),
        judgement,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns the line of an agent, with the result of its probe. */
  static AgentLine of(
      ProbeTarget target, Status status, String judgement, Optional<ProbeResult> result) {
    return new AgentLine(
        target.agent(),
        target.gatewayName(),
        status,
        target.incarnation(),
        judgement,
        result.map(ProbeResult::responseTime),
        result.flatMap(ProbeResult::lastHeartbeat),
        result.flatMap(ProbeResult::progress),
        result.flatMap(ProbeResult::waiting));
  }

  /** Returns the status of a judgement; a dead agent with a blocker has the blocker's status. */
  static Status status(
      Judgement judgement, Optional<ProbeResult> result, Optional<RevivalBlocker> blocker) {
    if (judgement instanceof Judgement.Alive) {
      return result.map(found -> found.verdict() == ProbeResult.Verdict.HEALTHY).orElse(true)
          ? Status.HEALTHY
          : Status.DEGRADED;
    }
    if (judgement instanceof Judgement.Dead) {
      return blocker.map(found -> status(found.kind())).orElse(Status.UNHEALTHY);
    }
    return judgement instanceof Judgement.Held ? Status.HELD : Status.UNKNOWN;
  }

  private static Status status(RevivalBlocker.Kind kind) {
    return switch (kind) {
      case MISSION -> Status.INACTIVE;
      case STOPPED -> Status.STOPPED;
      case PAUSED -> Status.PAUSED;
      case KEY -> Status.REFUSED;
      case QUARANTINED -> Status.QUARANTINED;
      case HELD -> Status.HELD;
      case OVERDUE -> Status.UNHEALTHY;
    };
  }
}
