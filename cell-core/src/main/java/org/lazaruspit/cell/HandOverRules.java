package org.lazaruspit.cell;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rules for the hand-over of a task. Pure; returns all reasons against it, not the first only. */
final class HandOverRules {
  private final MissionCell cell;
  private final List<String> reasons = new ArrayList<>();

  private HandOverRules(MissionCell cell) {
    this.cell = cell;
  }

  static HandOver judge(
      MissionCell cell, String taskId, String from, String to, EffectivePolicies policies) {
    HandOverRules rules = new HandOverRules(cell);
    rules.mission();
    rules.task(taskId, cell.tasks().get(taskId), from);
    rules.taker(to, cell.agents().get(to), from);
    rules.permissions(from, to);
    rules.refuseIf(!policies.handoffAllowed(), "handoff_allowed is false");
    if (!rules.reasons.isEmpty()) {
      return new HandOver.Refused(rules.reasons);
    }
    return policies.handoffApproval() == HandoffApproval.AUTO
        ? new HandOver.Allowed()
        : new HandOver.NeedsApproval();
  }

  private void mission() {
    CellStatus status = cell.config().status();
    refuseIf(
        status == CellStatus.COMPLETED || status == CellStatus.FAILED,
        "the mission is " + status.wireName());
  }

  private void task(String taskId, @Nullable TaskSpec task, String from) {
    if (task == null) {
      reasons.add("task " + taskId + " does not exist");
      return;
    }
    refuseIf(!task.open(), "task " + taskId + " is " + task.status().wireName());
    refuseIf(
        !from.equals(task.assignedTo()),
        task.assignedTo() == null
            ? "task " + taskId + " is assigned to no agent"
            : "task " + taskId + " is assigned to " + task.assignedTo() + ", not to " + from);
  }

  private void taker(String to, @Nullable AgentSpec taker, String from) {
    if (taker == null) {
      reasons.add("agent " + to + " does not exist");
      return;
    }
    refuseIf(to.equals(from), "agent " + to + " has the task already");
    refuseIf(
        taker.status() == AgentStatus.FAILED || taker.status() == AgentStatus.PAUSED,
        "agent " + to + " is " + taker.status().wireName());
  }

  private void permissions(String from, String to) {
    refuseIf(
        !cell.permissions().of(from).handoffTo().contains(to),
        "permissions.json does not let " + from + " hand over to " + to);
    refuseIf(
        !cell.permissions().of(to).handoffFrom().contains(from),
        "permissions.json does not let " + to + " take from " + from);
  }

  private void refuseIf(boolean wrong, String reason) {
    if (wrong) {
      reasons.add(reason);
    }
  }
}
