package org.lazaruspit.examples.mcp;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.CheckpointRef;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Priority;
import org.lazaruspit.cell.Role;
import org.lazaruspit.cell.TaskSpec;

/** Tools that read and write mission cells. They need no running pit. */
final class CellTools {

  private final Missions missions;

  CellTools(Missions missions) {
    this.missions = missions;
  }

  Map<String, Object> create(Arguments arguments) throws ToolException, IOException {
    NewCell.Builder cell = NewCell.builder(arguments.text("mission_name"));
    Optional<UUID> id = arguments.optionalCellId();
    if (id.isPresent()) {
      missions.store().requireFree(id.get());
      cell.cellId(id.get());
    }
    arguments.optionalIdentifier("created_by").ifPresent(cell::createdBy);
    arguments.number("max_agents").ifPresent(cell::maxAgents);
    arguments.number("timeout").map(Duration::ofSeconds).ifPresent(cell::timeout);
    constant(IsolationLevel.class, arguments, "isolation_level").ifPresent(cell::isolationLevel);
    MissionCell created = missions.store().create(cell.build());
    return Json.object(
        "cell_id", created.id(),
        "directory", created.directory().toString(),
        "mission_name", created.config().missionName(),
        "status", created.config().status().wireName());
  }

  Map<String, Object> addAgent(Arguments arguments) throws ToolException, IOException {
    UUID cell = arguments.cellId();
    AgentSpec agent =
        AgentSpec.of(
                arguments.identifier("agent_id"),
                arguments.text("name"),
                constant(Role.class, arguments, "role")
                    .orElseThrow(() -> new ToolException("role: missing")))
            .withCapabilities(arguments.texts("capabilities"))
            .withGateway(arguments.optionalText("gateway").orElse(null))
            .withLauncher(arguments.optionalText("launcher").orElse(null));
    missions.editor(cell).addAgent(agent);
    return Json.object(
        "cell_id", cell, "agent", agent(agent), "warnings", missions.sharedKeys(cell));
  }

  Map<String, Object> addTask(Arguments arguments) throws ToolException, IOException {
    UUID cell = arguments.cellId();
    TaskSpec task =
        TaskSpec.of(arguments.identifier("task_id"), arguments.text("title"), Instant.now())
            .withDescription(arguments.optionalText("description").orElse(""))
            .withAssignedTo(arguments.optionalIdentifier("assigned_to").orElse(null))
            .withDependencies(arguments.texts("dependencies"))
            .withPriority(constant(Priority.class, arguments, "priority").orElse(Priority.MEDIUM));
    missions.editor(cell).addTask(task);
    return Json.object("cell_id", cell, "task", task(task));
  }

  Map<String, Object> get(Arguments arguments) throws ToolException {
    CellLoad load = missions.load(arguments.cellId());
    MissionCell cell = load.cell().orElseThrow();
    CellConfig config = cell.config();
    return Json.object(
        "cell_id", cell.id(),
        "directory", cell.directory().toString(),
        "mission_name", config.missionName(),
        "status", config.status().wireName(),
        "created_at", config.createdAt(),
        "created_by", config.createdBy(),
        "isolation_level", cell.effectiveIsolationLevel().wireName(),
        "max_agents", config.maxAgents(),
        "timeout", config.timeout().toSeconds(),
        "deadline", config.deadline(),
        "agents", cell.agents().values().stream().map(CellTools::agent).toList(),
        "tasks", cell.tasks().values().stream().map(CellTools::task).toList(),
        "ready_tasks", cell.taskGraph().ready().stream().map(TaskSpec::taskId).toList(),
        "problems", load.problems().stream().map(String::valueOf).toList());
  }

  private static Map<String, Object> agent(AgentSpec agent) {
    return Json.object(
        "agent_id", agent.agentId(),
        "name", agent.name(),
        "role", agent.role().wireName(),
        "status", agent.status().wireName(),
        "capabilities", agent.capabilities(),
        "gateway", agent.gateway(),
        "launcher", agent.launcher(),
        "current_task", agent.currentTask(),
        "incarnation", agent.incarnation(),
        "last_checkpoint",
            Optional.ofNullable(agent.checkpoint()).map(CheckpointRef::lastCheckpoint));
  }

  private static Map<String, Object> task(TaskSpec task) {
    return Json.object(
        "task_id", task.taskId(),
        "title", task.title(),
        "description", task.description(),
        "status", task.status().wireName(),
        "priority", task.priority().wireName(),
        "assigned_to", task.assignedTo(),
        "dependencies", task.dependencies(),
        "created_at", task.createdAt(),
        "completed_at", task.completedAt());
  }

  private static <E extends Enum<E>> Optional<E> constant(
      Class<E> type, Arguments arguments, String name) throws ToolException {
    Optional<String> text = arguments.optionalText(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text.get())) {
        return Optional.of(constant);
      }
    }
    throw new ToolException(
        "%s: \"%s\" is unknown, expected one of %s"
            .formatted(
                name,
                text.get(),
                List.of(type.getEnumConstants()).toString().toLowerCase(Locale.ROOT)));
  }
}
