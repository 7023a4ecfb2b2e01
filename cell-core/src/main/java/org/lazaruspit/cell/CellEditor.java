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
 * Changes one cell on disk. Every change is made whole or not at all, lasts when the method
 * returns, keeps fields that this version doesn't know, and is refused when the cell would break a
 * rule that it doesn't break already. Two editors, in one process or in two, never lose each
 * other's update: a change is computed outside the lock and computed again when something else came
 * first, so it must be a function of its argument. Thread-safe.
 */
public final class CellEditor {
  private final CellLayout layout;
  private final CellFiles files;

  private CellEditor(Path directory, CellLimits limits) {
    this.layout = new CellLayout(directory);
    this.files = new CellFiles(layout, new CellScanner(limits, InstantSource.system()));
  }

  /**
   * An editor of one cell.
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
   * @throws FileAlreadyExistsException when there is one of that name
   * @throws CellRuleException when the cell would break a rule
   * @throws IOException when it cannot be written
   */
  public void addAgent(AgentSpec agent) throws IOException {
    files.add(layout.agent(agent.agentId()), agent.agentId(), CellCodecs.AGENT, agent);
  }

  /**
   * Adds a task.
   *
   * @param task the task
   * @throws FileAlreadyExistsException when there is one of that name
   * @throws CellRuleException when the cell would break a rule
   * @throws IOException when it cannot be written
   */
  public void addTask(TaskSpec task) throws IOException {
    files.add(layout.task(task.taskId()), task.taskId(), CellCodecs.TASK, task);
  }

  /**
   * Changes an agent.
   *
   * @param agentId the agent
   * @param change from what is there to what shall be there; its name must stay
   * @return what is there now
   * @throws NoSuchFileException when there is no such agent
   * @throws CellRuleException when its file is bad or the cell would break a rule
   * @throws IOException when it cannot be written
   */
  public AgentSpec updateAgent(String agentId, UnaryOperator<AgentSpec> change) throws IOException {
    Identifiers.require("agent_id", agentId);
    return files.update(layout.agent(agentId), agentId, CellCodecs.AGENT, change);
  }

  /**
   * Changes a task.
   *
   * @param taskId the task
   * @param change from what is there to what shall be there; its name must stay
   * @return what is there now
   * @throws NoSuchFileException when there is no such task
   * @throws CellRuleException when its file is bad or the cell would break a rule
   * @throws IOException when it cannot be written
   */
  public TaskSpec updateTask(String taskId, UnaryOperator<TaskSpec> change) throws IOException {
    Identifiers.require("task_id", taskId);
    return files.update(layout.task(taskId), taskId, CellCodecs.TASK, change);
  }

  /**
   * Changes the mission's configuration.
   *
   * @param change from what is there to what shall be there
   * @return what is there now
   * @throws CellRuleException when the file is bad or the cell would break a rule
   * @throws IOException when it cannot be written
   */
  public CellConfig updateConfig(UnaryOperator<CellConfig> change) throws IOException {
    return files.update(layout.cellFile(), "", CellCodecs.CONFIG, change);
  }

  /**
   * Changes {@code config/isolation.json}, which is made where there is none.
   *
   * @param change from what is there, or {@link IsolationSpec#ABSENT}, to what shall be there
   * @return what is there now
   * @throws CellRuleException when the file is bad or the cell would break a rule
   * @throws IOException when it cannot be written
   */
  public IsolationSpec updateIsolation(UnaryOperator<IsolationSpec> change) throws IOException {
    Path file = layout.config(CellLayout.ISOLATION_FILE);
    return files.update(file, CellCodecs.ISOLATION, IsolationSpec.ABSENT, change);
  }

  /**
   * Changes {@code config/policies.json}, which is made where there is none.
   *
   * @param change from what is there, or {@link RevivalPolicies#ABSENT}, to what shall be there
   * @return what is there now
   * @throws CellRuleException when the file is bad or the cell would break a rule
   * @throws IOException when it cannot be written
   */
  public RevivalPolicies updatePolicies(UnaryOperator<RevivalPolicies> change) throws IOException {
    Path file = layout.config(CellLayout.POLICIES_FILE);
    return files.update(file, CellCodecs.POLICIES, RevivalPolicies.ABSENT, change);
  }

  /**
   * Changes {@code config/permissions.json}, which is made where there is none.
   *
   * @param change from what is there, or {@link Permissions#ABSENT}, to what shall be there
   * @return what is there now
   * @throws CellRuleException when the file is bad or the cell would break a rule
   * @throws IOException when it cannot be written
   */
  public Permissions updatePermissions(UnaryOperator<Permissions> change) throws IOException {
    Path file = layout.config(CellLayout.PERMISSIONS_FILE);
    return files.update(file, CellCodecs.PERMISSIONS, Permissions.ABSENT, change);
  }

  /**
   * Removes an agent's file; its checkpoints and logs stay.
   *
   * @param agentId the agent
   * @throws NoSuchFileException when there is no such agent
   * @throws CellRuleException when something still names it
   * @throws IOException when it cannot be removed
   */
  public void removeAgent(String agentId) throws IOException {
    files.remove(layout.agent(Identifiers.require("agent_id", agentId)));
  }

  /**
   * Removes a task's file.
   *
   * @param taskId the task
   * @throws NoSuchFileException when there is no such task
   * @throws CellRuleException when something still names it
   * @throws IOException when it cannot be removed
   */
  public void removeTask(String taskId) throws IOException {
    files.remove(layout.task(Identifiers.require("task_id", taskId)));
  }

  /**
   * Hands a task over, if it may be: see {@link MissionCell#mayHandOver}, asked at the moment of
   * acting. The one who gives stops working on it before the other has it, so that a crash between
   * the two leaves the task where it was.
   *
   * @param taskId the task
   * @param from the agent that it is assigned to
   * @param to the agent that shall take it
   * @param defaults the policies that hold where the cell says nothing
   * @param approved whether a person has approved
   * @return {@link HandOver.Allowed} when it was done; else nothing was changed
   * @throws CellRuleException when the cell cannot be read or would break a rule
   * @throws IOException when it cannot be written
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
