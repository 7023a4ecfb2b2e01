package org.lazaruspit.cell;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Content of a mission's directory at the time of loading. Immutable and thread-safe.
 *
 * @param directory the cell's directory
 * @param config the content of {@code cell.json}
 * @param agents agents by identifier, sorted; without those with an invalid file
 * @param tasks tasks by identifier, sorted; without those with an invalid file
 * @param isolation the content of {@code config/isolation.json}
 * @param policies the content of {@code config/policies.json}
 * @param permissions the content of {@code config/permissions.json}
 */
public record MissionCell(
    Path directory,
    CellConfig config,
    Map<String, AgentSpec> agents,
    Map<String, TaskSpec> tasks,
    IsolationSpec isolation,
    RevivalPolicies policies,
    Permissions permissions) {

  /**
   * Validates the components.
   *
   * @param directory the cell's directory
   * @param config the content of {@code cell.json}
   * @param agents agents by identifier, sorted; without those with an invalid file
   * @param tasks tasks by identifier, sorted; without those with an invalid file
   * @param isolation the content of {@code config/isolation.json}
   * @param policies the content of {@code config/policies.json}
   * @param permissions the content of {@code config/permissions.json}
   */
  public MissionCell {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(config, "config");
    Objects.requireNonNull(isolation, "isolation");
    Objects.requireNonNull(policies, "policies");
    Objects.requireNonNull(permissions, "permissions");
    agents = Collections.unmodifiableSortedMap(new TreeMap<>(agents));
    tasks = Collections.unmodifiableSortedMap(new TreeMap<>(tasks));
  }

  /**
   * Returns the id of the cell.
   *
   * @return {@code cell_id}
   */
  public UUID id() {
    return config.cellId();
  }

  /**
   * Returns the paths of logs, journal, checkpoints and artifacts.
   *
   * @return the paths of this cell
   */
  public CellPaths paths() {
    return CellPaths.of(directory);
  }

  /**
   * Returns the policies for revivals: {@code policies.json} over {@code cell.json} over the
   * defaults.
   *
   * @param defaults policies for what the cell leaves open
   * @return the combined policies
   */
  public EffectivePolicies effectivePolicies(EffectivePolicies defaults) {
    return policies.effective(config.policies(), defaults);
  }

  /**
   * Returns the effective isolation level: the stricter of {@code cell.json}'s and {@code
   * isolation.json}'s.
   *
   * @return the level
   */
  public IsolationLevel effectiveIsolationLevel() {
    IsolationLevel level = isolation.level();
    return level == null ? config.isolationLevel() : config.isolationLevel().stricter(level);
  }

  /**
   * Returns whether a task may be handed over: {@code handoff_allowed}, both agents' permissions
   * and {@code handoff_approval} must allow it, and the task and the receiving agent must be fit
   * for it.
   *
   * @param taskId the task
   * @param from the agent that has the task
   * @param to the agent that takes it
   * @param defaults policies for what the cell leaves open
   * @return the answer, with all reasons if refused
   */
  public HandOver mayHandOver(String taskId, String from, String to, EffectivePolicies defaults) {
    return HandOverRules.judge(this, taskId, from, to, effectivePolicies(defaults));
  }

  /**
   * Returns the graph of the cell's tasks.
   *
   * @return the dependencies among the tasks
   */
  public TaskGraph taskGraph() {
    return TaskGraph.of(tasks.values());
  }

  /**
   * Returns whether an agent may read a task: the task is assigned to it, or permission was
   * granted.
   *
   * @param agentId the agent
   * @param taskId the task
   * @return true if permitted
   */
  public boolean mayRead(String agentId, String taskId) {
    return assigned(agentId, taskId) || permissions.of(agentId).read().contains(taskId);
  }

  /**
   * Returns whether an agent may write a task: the task is assigned to it, or permission was
   * granted.
   *
   * @param agentId the agent
   * @param taskId the task
   * @return true if permitted
   */
  public boolean mayWrite(String agentId, String taskId) {
    return assigned(agentId, taskId) || permissions.of(agentId).write().contains(taskId);
  }

  /**
   * Returns whether an agent may execute a task: the task is assigned to it, or permission was
   * granted.
   *
   * @param agentId the agent
   * @param taskId the task
   * @return true if permitted
   */
  public boolean mayExecute(String agentId, String taskId) {
    return assigned(agentId, taskId) || permissions.of(agentId).execute().contains(taskId);
  }

  private boolean assigned(String agentId, String taskId) {
    TaskSpec task = tasks.get(taskId);
    return task != null && agentId.equals(task.assignedTo());
  }
}
