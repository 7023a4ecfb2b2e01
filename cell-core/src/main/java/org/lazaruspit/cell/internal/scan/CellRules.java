package org.lazaruspit.cell.internal.scan;

import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.CellStatus;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.TaskGraph;
import org.lazaruspit.cell.TaskSpec;
import org.lazaruspit.cell.TaskStatus;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.json.FieldReader;
import org.lazaruspit.cell.internal.json.Findings;
import org.lazaruspit.cell.internal.json.JsonPointers;
import org.lazaruspit.cell.internal.json.JsonText;

/**
 * Rules that concern more than one field or file. Pure. A reference to an invalid file is not a
 * second problem: the file itself is reported.
 */
final class CellRules {
  private static final String AN_AGENT = "an agent of this cell";
  private static final String A_TASK = "a task of this cell";

  private final MissionCell cell;
  private final CellLayout layout;
  private final Set<String> agentNames;
  private final Set<String> taskNames;
  private final Map<Path, Findings> broken = new LinkedHashMap<>();

  private CellRules(MissionCell cell, Set<String> agentNames, Set<String> taskNames) {
    this.cell = cell;
    this.layout = new CellLayout(cell.directory());
    this.agentNames = agentNames;
    this.taskNames = taskNames;
  }

  /**
   * Checks a cell.
   *
   * @param agentNames ids of all agents, including those with an invalid file
   * @param taskNames ids of all tasks, including those with an invalid file
   * @return findings by file
   */
  static Map<Path, Findings> check(
      MissionCell cell, Set<String> agentNames, Set<String> taskNames) {
    CellRules rules = new CellRules(cell, agentNames, taskNames);
    rules.config();
    cell.agents().values().forEach(rules::agent);
    cell.tasks().values().forEach(rules::task);
    rules.cycles();
    rules.isolation();
    rules.policies();
    rules.permissions();
    return rules.broken;
  }

  private void config() {
    CellConfig config = cell.config();
    Findings at = at(layout.cellFile());
    Path name = cell.directory().getFileName();
    if (name != null && !name.toString().equalsIgnoreCase(config.cellId().toString())) {
      at.warning(
          "/cell_id",
          quoted(config.cellId().toString()),
          quoted(JsonText.shorten(name.toString())) + ", the directory's name");
    }
    if (agentNames.size() > config.maxAgents()) {
      at.error(
          "/max_agents",
          config.maxAgents() + ", with " + agentNames.size() + " agents in the cell",
          "at least the number of agents");
    }
    if (config.status() == CellStatus.COMPLETED) {
      cell.tasks().values().stream()
          .filter(TaskSpec::open)
          .forEach(
              task ->
                  at.warning(
                      "/status",
                      "\"completed\" with task " + quoted(task.taskId()) + " still open",
                      "no open tasks in a completed mission"));
    }
  }

  private void agent(AgentSpec agent) {
    String current = agent.currentTask();
    if (current == null) {
      return;
    }
    Findings at = at(layout.agent(agent.agentId()));
    requireTask(at, "/current_task", current);
    TaskSpec task = cell.tasks().get(current);
    if (task == null) {
      return;
    }
    if (task.assignedTo() == null) {
      at.warning("/current_task", quoted(current), "a task that is assigned to this agent");
    } else if (!agent.agentId().equals(task.assignedTo())) {
      at.error(
          "/current_task",
          quoted(current) + ", which is assigned to " + quoted(task.assignedTo()),
          "a task that is assigned to this agent");
    } else if (!task.open()) {
      at.warning(
          "/current_task",
          quoted(current) + ", which is " + task.status().wireName(),
          "a task that is still open");
    }
  }

  private void task(TaskSpec task) {
    Findings at = new Findings();
    task(task, at);
    if (!at.all().isEmpty()) {
      broken.put(layout.task(task.taskId()), at);
    }
  }

  private void task(TaskSpec task, Findings at) {
    requireAgent(at, "/assigned_to", task.assignedTo());
    requireAll(at, "/dependencies", task.dependencies(), taskNames, A_TASK);
    completion(task, at);
    if (task.status() != TaskStatus.IN_PROGRESS) {
      return;
    }
    if (task.assignedTo() == null) {
      at.warning("/status", "\"in_progress\" without an agent", "an agent in assigned_to");
    }
    for (int i = 0; i < task.dependencies().size(); i++) {
      TaskSpec on = cell.tasks().get(task.dependencies().get(i));
      if (on != null && on.status() != TaskStatus.COMPLETED) {
        at.warning(
            JsonPointers.child("/dependencies", i),
            quoted(on.taskId()) + ", which is " + on.status().wireName(),
            "completed dependencies of a task in progress");
      }
    }
  }

  private static void completion(TaskSpec task, Findings at) {
    Instant completedAt = task.completedAt();
    if (task.status() == TaskStatus.COMPLETED && completedAt == null) {
      at.error("/completed_at", "no value for a completed task", FieldReader.INSTANT);
    }
    if (task.status() != TaskStatus.COMPLETED && completedAt != null) {
      at.warning(
          "/completed_at",
          completedAt + " for a task that is " + task.status().wireName(),
          "null until the task is completed");
    }
    if (completedAt != null && completedAt.isBefore(task.createdAt())) {
      at.warning("/completed_at", completedAt.toString(), "an instant after created_at");
    }
  }

  private void cycles() {
    for (List<String> cycle : TaskGraph.of(cell.tasks().values()).cycles()) {
      TaskSpec first = cell.tasks().get(cycle.get(0));
      if (first == null) {
        continue;
      }
      String next = cycle.get(1 % cycle.size());
      at(layout.task(first.taskId()))
          .error(
              JsonPointers.child("/dependencies", first.dependencies().indexOf(next)),
              "a cycle: " + String.join(" -> ", cycle) + " -> " + first.taskId(),
              "dependencies without a cycle");
    }
  }

  private void isolation() {
    IsolationLevel level = cell.isolation().level();
    if (level != null && level != cell.config().isolationLevel()) {
      at(layout.config(CellLayout.ISOLATION_FILE))
          .warning(
              "/level",
              quoted(level.wireName())
                  + ", while cell.json has "
                  + quoted(cell.config().isolationLevel().wireName()),
              "the same level; the stricter holds");
    }
  }

  private void policies() {
    List<String> substitutes = cell.policies().substituteAgents();
    if (substitutes != null) {
      Findings at = at(layout.config(CellLayout.POLICIES_FILE));
      requireAll(at, "/substitute_agents", substitutes, agentNames, AN_AGENT);
    }
  }

  private void permissions() {
    Findings at = at(layout.config(CellLayout.PERMISSIONS_FILE));
    cell.permissions()
        .agents()
        .forEach(
            (agent, grants) -> {
              String pointer = JsonPointers.child("", agent);
              requireAgent(at, pointer, agent);
              requireAll(at, pointer + "/read", grants.read(), taskNames, A_TASK);
              requireAll(at, pointer + "/write", grants.write(), taskNames, A_TASK);
              requireAll(at, pointer + "/execute", grants.execute(), taskNames, A_TASK);
              requireAll(at, pointer + "/handoff_to", grants.handoffTo(), agentNames, AN_AGENT);
              requireAll(at, pointer + "/handoff_from", grants.handoffFrom(), agentNames, AN_AGENT);
            });
  }

  private void requireAgent(Findings at, String pointer, @Nullable String agent) {
    if (agent != null && !agentNames.contains(agent)) {
      at.error(pointer, quoted(agent), AN_AGENT);
    }
  }

  private void requireTask(Findings at, String pointer, String task) {
    if (!taskNames.contains(task)) {
      at.error(pointer, quoted(task), A_TASK);
    }
  }

  private static void requireAll(
      Findings at, String pointer, List<String> names, Set<String> known, String expected) {
    for (int i = 0; i < names.size(); i++) {
      if (!known.contains(names.get(i))) {
        at.error(JsonPointers.child(pointer, i), quoted(names.get(i)), expected);
      }
    }
  }

  private Findings at(Path file) {
    return broken.computeIfAbsent(file, any -> new Findings());
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }
}
