package org.lazaruspit.pit.internal.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.TaskSpec;
import org.lazaruspit.cell.TaskStatus;
import org.lazaruspit.pit.PitReport.Overdue;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds overdue missions, tasks and checkpoints, and logs each once. Confined to the loop's thread.
 */
final class OverdueScan {

  private static final Logger log = LoggerFactory.getLogger(OverdueScan.class);

  /** Checkpoint intervals until a checkpoint is overdue: an agent may miss two. */
  private static final int INTERVALS = 3;

  private final Map<TaskId, Instant> inProgress = new HashMap<>();
  private final Set<Overdue> logged = new HashSet<>();

  private record TaskId(UUID cell, String task) {}

  List<Overdue> find(List<MissionCell> cells, Instant now) {
    List<Overdue> found = new ArrayList<>();
    Set<TaskId> current = new HashSet<>();
    for (MissionCell cell : cells) {
      found.addAll(
          find(
              cell,
              now,
              task -> {
                TaskId id = new TaskId(cell.id(), task.taskId());
                current.add(id);
                return inProgress.computeIfAbsent(id, added -> since(cell, task, now));
              }));
    }
    inProgress.keySet().retainAll(current);
    logged.retainAll(found);
    found.stream().filter(logged::add).forEach(overdue -> log.warn("{}", overdue.describe()));
    return found;
  }

  /** Returns the last change of the task's file: the task is in progress at least since then. */
  private static Instant since(MissionCell cell, TaskSpec task, Instant now) {
    try {
      Instant changed =
          Files.getLastModifiedTime(
                  cell.directory().resolve("tasks").resolve(task.taskId() + ".json"),
                  LinkOption.NOFOLLOW_LINKS)
              .toInstant();
      return changed.isBefore(now) ? changed : now;
    } catch (IOException e) {
      return now;
    }
  }

  /** Applies the rules to one cell, without state. */
  static List<Overdue> find(MissionCell cell, Instant now, Function<TaskSpec, Instant> since) {
    List<Overdue> found = new ArrayList<>();
    Instant deadline = cell.config().deadline();
    if (now.isAfter(deadline)) {
      found.add(new Overdue(Overdue.Kind.MISSION, cell.id(), cell.id().toString(), deadline));
    }
    for (TaskSpec task : cell.tasks().values()) {
      if (task.status() == TaskStatus.IN_PROGRESS) {
        Instant end = since.apply(task).plus(task.timeout());
        if (now.isAfter(end)) {
          found.add(new Overdue(Overdue.Kind.TASK, cell.id(), task.taskId(), end));
        }
      }
    }
    Duration allowed = cell.config().policies().checkpointInterval().multipliedBy(INTERVALS);
    for (AgentSpec agent : cell.agents().values()) {
      if (RevivalBlocker.runs(agent) && agent.checkpoint() != null) {
        Instant end = agent.checkpoint().lastCheckpoint().plus(allowed);
        if (now.isAfter(end)) {
          found.add(new Overdue(Overdue.Kind.CHECKPOINT, cell.id(), agent.agentId(), end));
        }
      }
    }
    return found;
  }
}
