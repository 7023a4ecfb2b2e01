package org.lazaruspit.examples.pit.proposal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.Priority;
import org.lazaruspit.cell.Role;
import org.lazaruspit.cell.TaskGraph;
import org.lazaruspit.cell.TaskSpec;
import org.lazaruspit.cell.TaskStatus;
import org.lazaruspit.examples.pit.proposal.ProposalTable.Row;
import org.lazaruspit.examples.pit.proposal.ProposalText.Section;

/** Tables of agents and tasks, with their references to each other. */
final class ProposalTeam {
  static final List<String> AGENTS = List.of("id", "name", "role", "capabilities", "gateway");
  static final List<String> TASKS =
      List.of("id", "title", "assignee", "priority", "depends on", "time limit");

  private final Instant now;
  private final ProposalFindings findings;
  private final Map<String, AgentSpec> agents = new LinkedHashMap<>();
  private final Map<String, TaskSpec> tasks = new LinkedHashMap<>();
  private final Map<String, Row> agentRows = new LinkedHashMap<>();
  private final Map<String, Row> taskRows = new LinkedHashMap<>();

  private ProposalTeam(Instant now, ProposalFindings findings) {
    this.now = now;
    this.findings = findings;
  }

  static ProposalTeam of(Section agents, Section tasks, Instant now, ProposalFindings findings) {
    ProposalTeam team = new ProposalTeam(now, findings);
    team.collect(agents, AGENTS, team.agentRows);
    team.collect(tasks, TASKS, team.taskRows);
    team.agentRows.forEach(team::agent);
    team.taskRows.forEach(team::task);
    team.cycles();
    return team;
  }

  List<AgentSpec> agents() {
    return List.copyOf(agents.values());
  }

  List<TaskSpec> tasks() {
    return List.copyOf(tasks.values());
  }

  private void collect(Section section, List<String> columns, Map<String, Row> rows) {
    List<Row> all = ProposalTable.rows(section, columns, findings);
    if (all.isEmpty() && section.line() > 0) {
      findings.error(section.line(), "no rows", "at least one row in the table of this section");
    }
    for (Row row : all) {
      String id = row.cell("id");
      if (id.isEmpty()) {
        findings.error(row.line(), "no id", "an id in each row");
        continue;
      }
      Row before = rows.putIfAbsent(id, row);
      if (before != null) {
        findings.error(
            row.line(),
            "the id " + quoted(id) + " again",
            "an id other than in line " + before.line());
      }
    }
  }

  private void agent(String id, Row row) {
    Role role = choice("role", row, Role.values(), Role::wireName, null);
    String name = row.cell("name");
    AgentSpec agent =
        allowed(
            row.line(), () -> AgentSpec.of(id, name.isEmpty() ? id : name, or(role, Role.READ)));
    if (agent != null) {
      String gateway = row.cell("gateway");
      agents.put(
          id,
          agent
              .withCapabilities(ProposalValue.list(row.cell("capabilities")))
              .withGateway(gateway.isEmpty() ? null : gateway));
    }
  }

  private void task(String id, Row row) {
    String title = row.cell("title");
    if (title.isEmpty()) {
      findings.error(row.line(), "no title", "a title of the task");
    }
    Priority priority =
        choice("priority", row, Priority.values(), Priority::wireName, Priority.MEDIUM);
    String assignee = row.cell("assignee");
    if (!assignee.isEmpty() && !agentRows.containsKey(assignee)) {
      findings.error(row.line(), "assignee " + quoted(assignee), "the id of an agent");
    }
    List<String> dependencies = dependencies(row);
    Duration timeout = timeLimit(row);
    TaskSpec task =
        allowed(
            row.line(),
            () ->
                new TaskSpec(
                    id,
                    title,
                    TaskStatus.PENDING,
                    now,
                    "",
                    assignee.isEmpty() ? null : assignee,
                    or(priority, Priority.MEDIUM),
                    dependencies,
                    timeout,
                    List.of(),
                    null));
    if (task != null) {
      tasks.put(id, task);
    }
  }

  private List<String> dependencies(Row row) {
    List<String> dependencies = new ArrayList<>();
    for (String on : ProposalValue.list(row.cell("depends on"))) {
      if (!taskRows.containsKey(on)) {
        findings.error(row.line(), "depends on " + quoted(on), "ids of tasks, separated by commas");
      } else if (!dependencies.contains(on)) {
        dependencies.add(on);
      }
    }
    return dependencies;
  }

  private Duration timeLimit(Row row) {
    String given = row.cell("time limit");
    Duration limit = ProposalValue.duration(given);
    if (!given.isEmpty() && limit == null) {
      findings.error(row.line(), "time limit " + quoted(given), "such as 45 min or 2 h");
    }
    return or(limit, TaskSpec.DEFAULT_TIMEOUT);
  }

  private void cycles() {
    for (List<String> cycle : TaskGraph.of(tasks.values()).cycles()) {
      Row first = taskRows.get(cycle.get(0));
      findings.error(
          first == null ? 0 : first.line(),
          quoted(String.join(" -> ", cycle) + " -> " + cycle.get(0)),
          "tasks without a cycle");
    }
  }

  private <E> @Nullable E choice(
      String column, Row row, E[] all, Function<E, String> name, @Nullable E no) {
    String given = row.cell(column);
    if (given.isEmpty() && no != null) {
      return no;
    }
    for (E one : all) {
      if (name.apply(one).equals(given.toLowerCase(Locale.ROOT))) {
        return one;
      }
    }
    findings.error(
        row.line(),
        column + " " + quoted(given),
        String.join(", ", Arrays.stream(all).map(name).toList()));
    return null;
  }

  /** Creates a value of the library, which checks identifiers and bounds. */
  private <T> @Nullable T allowed(int line, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      findings.error(line, String.valueOf(e.getMessage()), "a value allowed in a cell");
      return null;
    }
  }

  private static <T> T or(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }

  private static String quoted(String text) {
    return ProposalFindings.quoted(text);
  }
}
