package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Test of each rule: the problem, its severity and its place. */
class CellRulesTest {
  private final Path cell;
  private final MissionStore store;

  CellRulesTest(@TempDir Path root) throws IOException {
    cell = Cells.create(root).directory();
    store = MissionStore.open(root);
  }

  private void assertProblems(String... expected) {
    List<String> found =
        store.load(cell).problems().stream()
            .map(
                p ->
                    p.severity().wireName()
                        + " "
                        + cell.relativize(p.file())
                        + " "
                        + p.pointer()
                        + ": "
                        + p.found())
            .toList();
    assertEquals(Stream.of(expected).toList(), found);
  }

  private void agent(String id, String more) throws IOException {
    Cells.write(
        cell.resolve("agents/" + id + ".json"),
        "{\"agent_id\": \"%s\", \"name\": \"x\", \"role\": \"read\", \"status\": \"idle\"%s}"
            .formatted(id, more));
  }

  private void task(String id, String status, String more) throws IOException {
    Cells.write(
        cell.resolve("tasks/" + id + ".json"),
        "{\"task_id\": \"%s\", \"title\": \"x\", \"status\": \"%s\", \"created_at\": \"%s\"%s}"
            .formatted(id, status, Cells.CREATED, more));
  }

  private void config(String name, String text) throws IOException {
    Cells.write(cell.resolve("config").resolve(name), text);
  }

  private void mission(String more) throws IOException {
    Cells.write(
        cell.resolve("cell.json"),
        "{\"cell_id\": \"%s\", \"mission_name\": \"x\", \"created_at\": \"%s\","
            .formatted(Cells.ID, Cells.CREATED),
        "\"created_by\": \"ada\"" + more + "}");
  }

  @Test
  void assigneeMustBeAnAgent() throws IOException {
    task("t3", "pending", ", \"assigned_to\": \"ghost\"");
    assertProblems("error tasks/t3.json /assigned_to: \"ghost\"");
  }

  @Test
  void currentTaskMustBeATask() throws IOException {
    agent("a3", ", \"current_task\": \"nothing\"");
    assertProblems("error agents/a3.json /current_task: \"nothing\"");
  }

  @Test
  void currentTaskMustNotBelongToAnotherAgent() throws IOException {
    agent("a3", ", \"current_task\": \"t1\"");
    assertProblems("error agents/a3.json /current_task: \"t1\", which is assigned to \"a1\"");
  }

  @Test
  void currentTaskThatIsUnassignedOrCompletedIsAWarning() throws IOException {
    agent("a3", ", \"current_task\": \"t2\"");
    task(
        "t3", "completed", ", \"assigned_to\": \"a4\", \"completed_at\": \"2026-02-01T00:00:00Z\"");
    agent("a4", ", \"current_task\": \"t3\"");
    assertProblems(
        "warning agents/a3.json /current_task: \"t2\"",
        "warning agents/a4.json /current_task: \"t3\", which is completed");
  }

  @Test
  void dependenciesMustBeTasks() throws IOException {
    task("t3", "pending", ", \"dependencies\": [\"t1\", \"nothing\"]");
    assertProblems("error tasks/t3.json /dependencies/1: \"nothing\"");
  }

  @Test
  void referenceToABadFileIsNoSecondProblem() throws IOException {
    Cells.write(cell.resolve("tasks/t1.json"), "{");
    Cells.write(cell.resolve("agents/a1.json"), "{");
    assertEquals(2, store.load(cell).problems().size());
  }

  @Test
  void cycleOfDependenciesIsNamed() throws IOException {
    task("x1", "pending", ", \"dependencies\": [\"t1\", \"x2\"]");
    task("x2", "pending", ", \"dependencies\": [\"x3\"]");
    task("x3", "pending", ", \"dependencies\": [\"x1\"]");
    task("x4", "pending", ", \"dependencies\": [\"x4\"]");
    assertProblems(
        "error tasks/x1.json /dependencies/1: a cycle: x1 -> x2 -> x3 -> x1",
        "error tasks/x4.json /dependencies/0: a cycle: x4 -> x4");
  }

  @Test
  void moreAgentsThanAllowedAreAnError() throws IOException {
    mission(", \"status\": \"active\", \"max_agents\": 1");
    assertProblems("error cell.json /max_agents: 1, with 2 agents in the cell");
  }

  @Test
  void identityShouldBeTheDirectorysName() throws IOException {
    Path moved = Files.move(cell, cell.resolveSibling("moved"));
    CellProblem problem = store.load(moved).problems().get(0);
    assertEquals(Severity.WARNING, problem.severity());
    assertEquals("/cell_id", problem.pointer());
    assertTrue(store.load(moved).valid());
  }

  @Test
  void completedMissionShouldHaveNoOpenTasks() throws IOException {
    mission(", \"status\": \"completed\"");
    assertProblems(
        "warning cell.json /status: \"completed\" with task \"t1\" still open",
        "warning cell.json /status: \"completed\" with task \"t2\" still open");
  }

  @Test
  void completedTaskNeedsItsInstant() throws IOException {
    task("t3", "completed", "");
    assertProblems("error tasks/t3.json /completed_at: no value for a completed task");
  }

  @Test
  void completionBeforeCreationOrOfAnOpenTaskIsAWarning() throws IOException {
    task("t3", "completed", ", \"completed_at\": \"2025-01-01T00:00:00Z\"");
    task("t4", "pending", ", \"completed_at\": \"2026-02-01T00:00:00Z\"");
    assertProblems(
        "warning tasks/t3.json /completed_at: 2025-01-01T00:00:00Z",
        "warning tasks/t4.json /completed_at: 2026-02-01T00:00:00Z for a task that is pending");
  }

  @Test
  void taskInProgressNeedsAnAgentAndItsDependencies() throws IOException {
    task("t3", "in_progress", ", \"dependencies\": [\"t1\"]");
    assertProblems(
        "warning tasks/t3.json /status: \"in_progress\" without an agent",
        "warning tasks/t3.json /dependencies/0: \"t1\", which is pending");
  }

  @Test
  void stricterIsolationHoldsAndTheDifferenceIsAWarning() throws IOException {
    mission(", \"status\": \"active\", \"isolation_level\": \"level_2\"");
    config("isolation.json", "{\"level\": \"level_1\"}");
    assertProblems(
        "warning config/isolation.json /level: \"level_1\", while cell.json has \"level_2\"");
    MissionCell loaded = store.load(cell).cell().orElseThrow();
    assertEquals(IsolationLevel.LEVEL_2, loaded.effectiveIsolationLevel());
  }

  @Test
  void substitutesMustBeAgents() throws IOException {
    config("policies.json", "{\"substitute_agents\": [\"a2\", \"ghost\"]}");
    assertProblems("error config/policies.json /substitute_agents/1: \"ghost\"");
  }

  @Test
  void everyNameInPermissionsMustExist() throws IOException {
    config(
        "permissions.json",
        "{\"$schema\": \"x\", \"ghost\": {}, \"a1\": {\"read\": [\"no\"], \"write\": [\"no\"],"
            + " \"execute\": [\"no\"], \"handoff_to\": [\"t1\"], \"handoff_from\": [\"t1\"]}}");
    assertProblems(
        "error config/permissions.json /ghost: \"ghost\"",
        "error config/permissions.json /a1/read/0: \"no\"",
        "error config/permissions.json /a1/write/0: \"no\"",
        "error config/permissions.json /a1/execute/0: \"no\"",
        "error config/permissions.json /a1/handoff_to/0: \"t1\"",
        "error config/permissions.json /a1/handoff_from/0: \"t1\"");
  }

  @Test
  void policiesFallThroughFieldByField() throws IOException {
    mission(
        ", \"status\": \"active\", \"policies\": {\"auto_revive\": \"yes\","
            + " \"handoff_allowed\": true, \"checkpoint_interval\": 60}");
    config("policies.json", "{\"auto_revive\": \"no\", \"max_retries\": 7}");
    MissionCell loaded = store.load(cell).cell().orElseThrow();
    assertEquals(
        new EffectivePolicies(
            AutoRevive.NO,
            EffectivePolicies.DEFAULTS.reviveTimeout(),
            List.of(),
            true,
            HandoffApproval.MANUAL,
            false,
            7),
        loaded.effectivePolicies(EffectivePolicies.DEFAULTS));
    assertEquals(60, loaded.config().policies().checkpointInterval().toSeconds());
  }
}
