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

/** What a report says of one agent. Pure. */
final class ReportLines {

  private ReportLines() {}

  /** Who is not to be worked on is not asked after, and shown. */
  static AgentLine barred(OwnedCell work, AgentSpec agent, RevivalBlocker bar) {
    return of(work, agent, status(bar.kind()), bar.reason());
  }

  /** One of which nothing is known but where it belongs. */
  static AgentLine of(OwnedCell work, AgentSpec agent, Status status, String why) {
    return new AgentLine(
        work.ref(agent.agentId()),
        Optional.ofNullable(agent.gateway()),
        status,
        work.ledger().incarnation(agent.agentId()),
        why,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

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

  /** In one word: who is dead and may not be brought back is shown with what stands in the way. */
  static Status status(
      Judgement judgement, Optional<ProbeResult> result, Optional<RevivalBlocker> bar) {
    if (judgement instanceof Judgement.Alive) {
      return result.map(found -> found.verdict() == ProbeResult.Verdict.HEALTHY).orElse(true)
          ? Status.HEALTHY
          : Status.DEGRADED;
    }
    if (judgement instanceof Judgement.Dead) {
      return bar.map(it -> status(it.kind())).orElse(Status.UNHEALTHY);
    }
    return judgement instanceof Judgement.Held ? Status.HELD : Status.UNKNOWN;
  }

  private static Status status(RevivalBlocker.Kind kind) {
    return switch (kind) {
      case MISSION -> Status.INACTIVE;
      case STOPPED -> Status.STOPPED;
      case PAUSED -> Status.PAUSED;
      case QUARANTINED -> Status.QUARANTINED;
      case HELD -> Status.HELD;
      case OVERDUE -> Status.UNHEALTHY;
    };
  }
}
