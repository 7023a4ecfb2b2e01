package org.lazaruspit.examples.pit.cli;

import java.util.List;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.CellProblem;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.TaskSpec;
import org.lazaruspit.examples.pit.text.Json;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Prints a cell. */
final class CellView {

  private CellView() {}

  /** Prints a cell as text. */
  static void write(Console console, MissionCell cell) {
    console.line("%s  %s", cell.id(), cell.config().missionName());
    console.line("status %s", cell.config().status().wireName());
    for (AgentSpec agent : cell.agents().values()) {
      console.line(
          "agent  %-20s %-6s %-7s incarnation %d",
          agent.agentId(), agent.role().wireName(), agent.status().wireName(), agent.incarnation());
    }
    for (TaskSpec task : cell.tasks().values()) {
      console.line(
          "task   %-20s %-6s %-11s %s",
          task.taskId(), task.priority().wireName(), task.status().wireName(), task.title());
    }
  }

  /** Returns a cell as JSON, with the field names of its files. */
  static ObjectNode json(CellLoad load) {
    ObjectNode json = Json.object();
    json.put("directory", load.directory().toString());
    json.put("valid", load.valid());
    load.cell().ifPresent(cell -> fill(json, cell));
    json.set("problems", array(load.problems()));
    return json;
  }

  private static void fill(ObjectNode json, MissionCell cell) {
    CellConfig config = cell.config();
    json.put("cell_id", cell.id().toString());
    json.put("mission_name", config.missionName());
    json.put("status", config.status().wireName());
    json.put("created_at", config.createdAt().toString());
    json.put("created_by", config.createdBy());
    json.put("isolation_level", cell.effectiveIsolationLevel().wireName());
    ArrayNode agents = json.putArray("agents");
    cell.agents().values().forEach(agent -> agents.add(of(agent)));
    ArrayNode tasks = json.putArray("tasks");
    cell.tasks().values().forEach(task -> tasks.add(of(task)));
  }

  private static ObjectNode of(AgentSpec agent) {
    ObjectNode json = Json.object();
    json.put("agent_id", agent.agentId());
    json.put("name", agent.name());
    json.put("role", agent.role().wireName());
    json.put("status", agent.status().wireName());
    json.set("capabilities", texts(agent.capabilities()));
    json.put("gateway", agent.gateway());
    json.put("launcher", agent.launcher());
    json.put("current_task", agent.currentTask());
    json.put("incarnation", agent.incarnation());
    return json;
  }

  private static ObjectNode of(TaskSpec task) {
    ObjectNode json = Json.object();
    json.put("task_id", task.taskId());
    json.put("title", task.title());
    json.put("status", task.status().wireName());
    json.put("priority", task.priority().wireName());
    json.put("assigned_to", task.assignedTo());
    json.set("dependencies", texts(task.dependencies()));
    return json;
  }

  private static ArrayNode texts(List<String> texts) {
    ArrayNode array = Json.array();
    texts.forEach(array::add);
    return array;
  }

  /** Returns the problems of cells as JSON. */
  static ObjectNode problems(List<CellLoad> loads) {
    ObjectNode json = Json.object();
    json.put("cells", loads.size());
    json.put("valid", loads.stream().filter(CellLoad::valid).count());
    json.set("problems", array(loads.stream().flatMap(l -> l.problems().stream()).toList()));
    return json;
  }

  private static ArrayNode array(List<CellProblem> problems) {
    ArrayNode array = Json.array();
    for (CellProblem problem : problems) {
      ObjectNode json = array.addObject();
      json.put("severity", problem.severity().wireName());
      json.put("file", problem.file().toString());
      json.put("pointer", problem.pointer());
      json.put("line", problem.line());
      json.put("column", problem.column());
      json.put("found", problem.found());
      json.put("expected", problem.expected());
    }
    return array;
  }
}
