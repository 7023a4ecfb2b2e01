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

/** Plans the quarantine of an agent and the hand-over of its tasks to a substitute. */
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
   * Returns the events that end this revival. Writes the agent's file first: a pit killed before
   * the journal is written does both again.
   */
  List<JournalEvent> events(OwnedCell owned, Subject subject, String reason) {
    boolean marked = owned.writeStatus(subject.agentId(), AgentStatus.FAILED);
    List<JournalEvent> events = new ArrayList<>();
    events.add(new Ended(subject, RevivalStatus.FAILED, reason));
    events.add(
        RestrictionEvent.quarantined(subject.agentId(), subject.incarnation(), marked, reason));
    handOver(owned, subject).ifPresent(events::add);
    return events;
  }

  /** Returns a request for the first substitute that may take over all open tasks of the agent. */
  private Optional<Requested> handOver(OwnedCell owned, Subject subject) {
    MissionCell cell = owned.cell();
    EffectivePolicies policies = cell.effectivePolicies(config.defaultPolicies());
    List<String> tasks = openTasks(cell, subject.agentId());
    if (tasks.isEmpty() || !policies.handoffAllowed()) {
      return Optional.empty();
    }
    return policies.substituteAgents().stream()
        .filter(substitute -> isAvailable(owned, substitute))
        .flatMap(substitute -> proposal(cell, subject, substitute, tasks).stream())
        .findFirst();
  }

  private boolean isAvailable(OwnedCell owned, String substitute) {
    return owned.blocker(substitute, clock.instant()).isEmpty();
  }

  private Optional<Requested> proposal(
      MissionCell cell, Subject subject, String substitute, List<String> tasks) {
    boolean needsApproval = false;
    for (String task : tasks) {
      HandOver answer =
          cell.mayHandOver(task, subject.agentId(), substitute, config.defaultPolicies());
      if (answer instanceof HandOver.Refused) {
        return Optional.empty();
      }
      needsApproval |= answer instanceof HandOver.NeedsApproval;
    }
    return Optional.of(
        new Requested(
            new Subject(ids.next(), subject.agentId(), subject.cause(), 0, subject.incarnation()),
            Revival.Origin.HANDOVER,
            Optional.of(substitute),
            needsApproval ? RevivalStatus.PENDING_APPROVAL : RevivalStatus.PENDING,
            "%s is to take over %s".formatted(substitute, String.join(", ", tasks))));
  }

  /** Returns the ids of the pending and running tasks of the agent, sorted. */
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
