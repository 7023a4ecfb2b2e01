package org.lazaruspit.pit.internal.revival;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.EffectivePolicies;
import org.lazaruspit.cell.HandOver;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.TaskSpec;
import org.lazaruspit.cell.TaskStatus;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.journal.JournalEvent;
import org.lazaruspit.pit.internal.journal.RestrictionEvent;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Ended;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Requested;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;
import org.lazaruspit.pit.internal.journal.RevivalIds;

/** What it amounts to that an agent is given up: it is quarantined, and somebody may take over. */
public final class QuarantinePlanner {

  private final PitConfig config;
  private final InstantSource clock;
  private final RevivalIds ids;

  public QuarantinePlanner(PitConfig config, InstantSource clock, RevivalIds ids) {
    this.config = config;
    this.clock = clock;
    this.ids = ids;
  }

  /**
   * The lines that end this revival. The agent's file is marked first: a pit that ends between the
   * two comes here again.
   */
  List<JournalEvent> events(OwnedCell work, Subject subject, String why) {
    boolean marked = work.writeStatus(subject.agentId(), AgentStatus.FAILED);
    List<JournalEvent> events = new ArrayList<>();
    events.add(new Ended(subject, RevivalStatus.FAILED, why));
    events.add(RestrictionEvent.quarantined(subject.agentId(), subject.incarnation(), marked, why));
    handOver(work, subject).ifPresent(events::add);
    return events;
  }

  /** The first substitute that may take over all that the agent leaves undone. */
  private Optional<Requested> handOver(OwnedCell work, Subject subject) {
    MissionCell cell = work.cell();
    EffectivePolicies policies = cell.effectivePolicies(config.defaultPolicies());
    List<String> tasks = openTasks(cell, subject.agentId());
    if (tasks.isEmpty() || !policies.handoffAllowed()) {
      return Optional.empty();
    }
    return policies.substituteAgents().stream()
        .filter(substitute -> fits(work, substitute))
        .flatMap(substitute -> proposal(cell, subject, substitute, tasks).stream())
        .findFirst();
  }

  private boolean fits(OwnedCell work, String substitute) {
    return work.blocker(substitute, clock.instant()).isEmpty();
  }

  private Optional<Requested> proposal(
      MissionCell cell, Subject subject, String substitute, List<String> tasks) {
    boolean asks = false;
    for (String task : tasks) {
      HandOver answer =
          cell.mayHandOver(task, subject.agentId(), substitute, config.defaultPolicies());
      if (answer instanceof HandOver.Refused) {
        return Optional.empty();
      }
      asks |= answer instanceof HandOver.NeedsApproval;
    }
    return Optional.of(
        new Requested(
            new Subject(ids.next(), subject.agentId(), subject.cause(), 0, subject.incarnation()),
            Revival.Origin.HANDOVER,
            Optional.of(substitute),
            asks ? RevivalStatus.PENDING_APPROVAL : RevivalStatus.PENDING,
            "%s is to take over %s".formatted(substitute, String.join(", ", tasks))));
  }

  /** What is assigned to the agent and still to be done. */
  static List<String> openTasks(MissionCell cell, String agentId) {
    return cell.tasks().values().stream()
        .filter(task -> agentId.equals(task.assignedTo()))
        .filter(task -> open(task.status()))
        .map(TaskSpec::taskId)
        .sorted()
        .toList();
  }

  private static boolean open(TaskStatus status) {
    return status == TaskStatus.PENDING || status == TaskStatus.IN_PROGRESS;
  }
}
