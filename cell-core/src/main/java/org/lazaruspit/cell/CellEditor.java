package org.lazaruspit.cell;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.UnaryOperator;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.files.CellLock;
import org.lazaruspit.cell.internal.json.CellCodecs;
import org.lazaruspit.cell.internal.json.Identifiers;
import org.lazaruspit.cell.internal.scan.CellScanner;

/**
 * Changes one cell on disk. A change is made whole or not at all, is durable when the method
 * returns, keeps unknown fields, and is refused if it makes the cell break a further rule. Editors,
 * in one process or in several, lose no update: a change is computed outside the lock, and again if
 * another change came first, so it must be a pure function of its argument. Thread-safe, among
 * processes too.
 */
public final class CellEditor {
  private final CellLayout layout;
  private final CellFiles files;

  private CellEditor(Path directory, CellLimits limits) {
    this.layout = new CellLayout(directory);
    this.files = new CellFiles(layout, new CellScanner(limits, InstantSource.system()));
  }

  /**
   * Returns an editor of one cell.
   *
   * @param cellDirectory the cell's directory
   * @return the editor
   */
  public static CellEditor of(Path cellDirectory) {
    return new CellEditor(cellDirectory, CellLimits.DEFAULTS);
  }

  /**
   * Adds an agent.
   *
   * @param agent the agent
   * @throws FileAlreadyExistsException if the id is taken
   * @throws CellRuleException if the cell would break a rule
   * @throws IOException if it cannot be written
   */
  public void addAgent(AgentSpec agent) throws IOException {
    files.add(layout.agent(agent.agentId()), agent.agentId(), CellCodecs.AGENT, agent);
  }

  /**
   * Adds a task.
   *
   * @param task the task
   * @throws FileAlreadyExistsException if the id is taken
   * @throws CellRuleException if the cell would break a rule
   * @throws IOException if it cannot be written
   */
  public void addTask(TaskSpec task) throws IOException {
    files.add(layout.task(task.taskId()), task.taskId(), CellCodecs.TASK, task);
  }

  /**
   * Changes an agent.
   *
   * @param agentId the agent
   * @param change from the present content to the new one; the id must stay
   * @return the new content
   * @throws NoSuchFileException if the agent does not exist
   * @throws CellRuleException if its file is invalid or the cell would break a rule
   * @throws IOException if it cannot be written
   */
  public AgentSpec updateAgent(String agentId, UnaryOperator<AgentSpec> change) throws IOException {
    Identifiers.require("agent_id", agentId);
    return files.update(layout.agent(agentId), agentId, CellCodecs.AGENT, change);
  }

  /**
   * Changes a task.
   *
   * @param taskId the task
   * @param change from the present content to the new one; the id must stay
   * @return the new content
   * @throws NoSuchFileException if the task does not exist
   * @throws CellRuleException if its file is invalid or the cell would break a rule
   * @throws IOException if it cannot be written
   */
  public TaskSpec updateTask(String taskId, UnaryOperator<TaskSpec> change) throws IOException {
    Identifiers.require("task_id", taskId);
    return files.update(layout.task(taskId), taskId, CellCodecs.TASK, change);
  }

  /**
   * Changes the mission's configuration.
   *
   * @param change from the present content to the new one
   * @return the new content
   * @throws CellRuleException if the file is invalid or the cell would break a rule
   * @throws IOException if it cannot be written
   */
  public CellConfig updateConfig(UnaryOperator<CellConfig> change) throws IOException {
    return files.update(layout.cellFile(), "", CellCodecs.CONFIG, change);
  }

  /**
   * Changes {@code config/isolation.json}, and creates it if it is missing.
   *
   * @param change from the present content, or {@link IsolationSpec#ABSENT}, to the new one
   * @return the new content
   * @throws CellRuleException if the file is invalid or the cell would break a rule
   * @throws IOException if it cannot be written
   */
  public IsolationSpec updateIsolation(UnaryOperator<IsolationSpec> change) throws IOException {
    Path file = layout.config(CellLayout.ISOLATION_FILE);
    return files.update(file, CellCodecs.ISOLATION, IsolationSpec.ABSENT, change);
  }

  /**
   * Changes {@code config/policies.json}, and creates it if it is missing.
   *
   * @param change from the present content, or {@link RevivalPolicies#ABSENT}, to the new one
   * @return the new content
   * @throws CellRuleException if the file is invalid or the cell would break a rule
   * @throws IOException if it cannot be written
   */
  public RevivalPolicies updatePolicies(UnaryOperator<RevivalPolicies> change) throws IOException {
    Path file = layout.config(CellLayout.POLICIES_FILE);
    return files.update(file, CellCodecs.POLICIES, RevivalPolicies.ABSENT, change);
  }

  /**
   * Changes {@code config/permissions.json}, and creates it if it is missing.
   *
   * @param change from the present content, or {@link Permissions#ABSENT}, to the new one
   * @return the new content
   * @throws CellRuleException if the file is invalid or the cell would break a rule
   * @throws IOException if it cannot be written
   */
  public Permissions updatePermissions(UnaryOperator<Permissions> change) throws IOException {
    Path file = layout.config(CellLayout.PERMISSIONS_FILE);
    return files.update(file, CellCodecs.PERMISSIONS, Permissions.ABSENT, change);
  }

  /**
   * Removes an agent's file; its checkpoints and logs stay.
   *
   * @param agentId the agent
   * @throws NoSuchFileException if the agent does not exist
   * @throws CellRuleException if another file refers to it
   * @throws IOException if it cannot be removed
   */
  public void removeAgent(String agentId) throws IOException {
    files.remove(layout.agent(Identifiers.require("agent_id", agentId)));
  }

  /**
   * Removes a task's file.
   *
   * @param taskId the task
   * @throws NoSuchFileException if the task does not exist
   * @throws CellRuleException if another file refers to it
   * @throws IOException if it cannot be removed
   */
  public void removeTask(String taskId) throws IOException {
    files.remove(layout.task(Identifiers.require("task_id", taskId)));
  }

  /**
   * Hands a task over, if {@link MissionCell#mayHandOver} allows it under the lock. The present
   * agent is released before the task is assigned to the other: a crash in between leaves the task
   * where it was.
   *
   * @param taskId the task
   * @param from the agent that has the task
   * @param to the agent that takes it
   * @param defaults policies for what the cell leaves open
   * @param approved whether an operator has approved
   * @return {@link HandOver.Allowed} if the task was handed over; otherwise the cell is unchanged
   * @throws CellRuleException if the cell cannot be read or would break a rule
   * @throws IOException if it cannot be written
   */
  public HandOver handOver(
      String taskId, String from, String to, EffectivePolicies defaults, boolean approved)
      throws IOException {
    Identifiers.require("task_id", taskId);
    Identifiers.require("from", from);
    Identifiers.require("to", to);
    try (CellLock lock = CellLock.acquire(layout.directory())) {
      lock.requireHeld();
      HandOver answer = files.cell().mayHandOver(taskId, from, to, defaults);
      boolean goesAhead =
          answer instanceof HandOver.Allowed
              || (approved && answer instanceof HandOver.NeedsApproval);
      if (!goesAhead) {
        return answer;
      }
      updateAgent(
          from, agent -> taskId.equals(agent.currentTask()) ? agent.withCurrentTask(null) : agent);
      updateTask(taskId, task -> task.withAssignedTo(to));
      return new HandOver.Allowed();
    }
  }
}
