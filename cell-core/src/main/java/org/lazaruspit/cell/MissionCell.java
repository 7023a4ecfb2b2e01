package org.lazaruspit.cell;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Everything a mission's directory says, as it was when it was loaded. Immutable and thread-safe.
 *
 * @param directory the cell's directory
 * @param config the content of {@code cell.json}
 * @param agents the agents by identifier, sorted; without those whose file is bad
 * @param tasks the tasks by identifier, sorted; without those whose file is bad
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
   * Checks what is given.
   *
   * @param directory the cell's directory
   * @param config the content of {
   * @param agents the agents by identifier, sorted; without those whose file is bad
   * @param tasks the tasks by identifier, sorted; without those whose file is bad
   * @param isolation the content of {
   * @param policies the content of {
   * @param permissions the content of {
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
   * The cell's identity.
   *
   * @return {@code cell_id}
   */
  public UUID id() {
    return config.cellId();
  }

  /**
   * The names of the files that others than this library write.
   *
   * @return the paths of this cell
   */
  public CellPaths paths() {
    return CellPaths.of(directory);
  }

  /**
   * What holds for revivals: {@code policies.json} over {@code cell.json} over the defaults.
   *
   * @param defaults what holds where the cell says nothing
   * @return what holds
   */
  public EffectivePolicies effectivePolicies(EffectivePolicies defaults) {
    return policies.effective(config.policies(), defaults);
  }

  /**
   * The isolation that holds: the stricter of {@code cell.json}'s and {@code isolation.json}'s.
   *
   * @return the level
   */
  public IsolationLevel effectiveIsolationLevel() {
    IsolationLevel level = isolation.level();
    return level == null ? config.isolationLevel() : config.isolationLevel().stricter(level);
  }

  /**
   * Whether a task may go from one agent to another: where {@code handoff_allowed}, both sides'
   * permissions and {@code handoff_approval} let it, and both are able to.
   *
   * @param taskId the task
   * @param from the agent that it is assigned to
   * @param to the agent that shall take it
   * @param defaults the policies that hold where the cell says nothing
   * @return the answer, with every reason where it is no
   */
  public HandOver mayHandOver(String taskId, String from, String to, EffectivePolicies defaults) {
    return HandOverRules.judge(this, taskId, from, to, effectivePolicies(defaults));
  }

  /**
   * The graph of the cell's tasks.
   *
   * @return what may be begun and what waits for what
   */
  public TaskGraph taskGraph() {
    return TaskGraph.of(tasks.values());
  }

  /**
   * Whether an agent may read a task: it is assigned to it, or it was granted.
   *
   * @param agentId the agent
   * @param taskId the task
   * @return true when it may
   */
  public boolean mayRead(String agentId, String taskId) {
    return assigned(agentId, taskId) || permissions.of(agentId).read().contains(taskId);
  }

  /**
   * Whether an agent may write a task: it is assigned to it, or it was granted.
   *
   * @param agentId the agent
   * @param taskId the task
   * @return true when it may
   */
  public boolean mayWrite(String agentId, String taskId) {
    return assigned(agentId, taskId) || permissions.of(agentId).write().contains(taskId);
  }

  /**
   * Whether an agent may execute a task: it is assigned to it, or it was granted.
   *
   * @param agentId the agent
   * @param taskId the task
   * @return true when it may
   */
  public boolean mayExecute(String agentId, String taskId) {
    return assigned(agentId, taskId) || permissions.of(agentId).execute().contains(taskId);
  }

  private boolean assigned(String agentId, String taskId) {
    TaskSpec task = tasks.get(taskId);
    return task != null && agentId.equals(task.assignedTo());
  }
}
