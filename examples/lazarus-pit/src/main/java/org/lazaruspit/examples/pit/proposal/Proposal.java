package org.lazaruspit.examples.pit.proposal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.cell.TaskSpec;

/**
 * Content of a mission proposal that a cell can hold.
 *
 * @param missionName the name of the mission
 * @param proposer the proposer, an identifier
 * @param agents the agents
 * @param tasks the tasks
 * @param level the isolation of agents
 * @param limits the limits of each agent
 * @param networkCut whether agents have no network
 * @param timeout the time limit of the mission
 * @param forPeople the headings without a field in a file of the cell
 */
public record Proposal(
    String missionName,
    String proposer,
    List<AgentSpec> agents,
    List<TaskSpec> tasks,
    IsolationLevel level,
    ResourceLimits limits,
    boolean networkCut,
    Duration timeout,
    List<String> forPeople) {

  public Proposal {
    agents = List.copyOf(agents);
    tasks = List.copyOf(tasks);
    forPeople = List.copyOf(forPeople);
  }

  /** Returns the cell to create. */
  public NewCell toCell(@Nullable UUID id, Instant now) {
    NewCell.Builder cell =
        NewCell.builder(missionName)
            .createdAt(now)
            .createdBy(proposer)
            .isolationLevel(level)
            .maxAgents(Math.max(CellConfig.DEFAULT_MAX_AGENTS, agents.size()))
            .timeout(timeout)
            .isolation(isolation())
            .agents(agents)
            .tasks(tasks);
    if (id != null) {
      cell.cellId(id);
    }
    return cell.build();
  }

  public Proposal withMissionName(String name) {
    return new Proposal(
        name, proposer, agents, tasks, level, limits, networkCut, timeout, forPeople);
  }

  /** Returns a description of the cell in lines. */
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add("mission    %s, proposed by %s".formatted(missionName, proposer));
    lines.add("time       %d s".formatted(timeout.toSeconds()));
    lines.add("isolation  %s, network %s".formatted(level.wireName(), networkCut ? "cut" : "open"));
    lines.add(
        "resources  cpu %s, memory %s, disk %s, for each agent"
            .formatted(
                amount(limits.cpuMillicores(), " thousandths of a core"),
                amount(limits.memoryBytes(), " bytes"),
                amount(limits.diskBytes(), " bytes")));
    for (AgentSpec agent : agents) {
      lines.add(
          "agent      %s, %s, %s, gateway %s, can: %s"
              .formatted(
                  agent.agentId(),
                  agent.name(),
                  agent.role().wireName(),
                  orNone(agent.gateway()),
                  orNone(String.join(", ", agent.capabilities()))));
    }
    for (TaskSpec task : tasks) {
      lines.add(
          "task       %s, %s, by %s, %s, after %s, %d s"
              .formatted(
                  task.taskId(),
                  task.title(),
                  orNone(task.assignedTo()),
                  task.priority().wireName(),
                  orNone(String.join(", ", task.dependencies())),
                  task.timeout().toSeconds()));
    }
    lines.add("for people " + orNone(String.join(", ", forPeople)));
    lines.add("nothing was created");
    return lines;
  }

  private static String amount(@Nullable Long amount, String unit) {
    return amount == null ? "not limited" : amount + unit;
  }

  private static String orNone(@Nullable String text) {
    return text == null || text.isEmpty() ? "none" : text;
  }

  private IsolationSpec isolation() {
    return limits.equals(ResourceLimits.ABSENT) && !networkCut
        ? IsolationSpec.ABSENT
        : new IsolationSpec(level, false, networkCut, limits, SecurityContext.ABSENT);
  }
}
