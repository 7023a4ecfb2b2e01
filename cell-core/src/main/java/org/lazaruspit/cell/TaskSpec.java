package org.lazaruspit.cell;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.internal.json.Identifiers;
import org.lazaruspit.cell.internal.json.Seconds;

/**
 * The content of {@code tasks/<task_id>.json}. Immutable and thread-safe.
 *
 * @param taskId the task's identifier, equal to the file's name
 * @param title the work, in one line
 * @param status current status
 * @param createdAt instant of creation
 * @param description the work, at length; empty by default
 * @param assignedTo the agent that works on it, or null
 * @param priority urgency, {@code medium} by default
 * @param dependencies the tasks that must be completed before it
 * @param timeout time in progress, in whole seconds, past which it is overdue, 1800 s by default
 * @param artifacts names of the files that it produces
 * @param completedAt instant of completion, or null
 */
public record TaskSpec(
    String taskId,
    String title,
    TaskStatus status,
    Instant createdAt,
    String description,
    @Nullable String assignedTo,
    Priority priority,
    List<String> dependencies,
    Duration timeout,
    List<String> artifacts,
    @Nullable Instant completedAt) {

  /** Default of {@link #timeout()}: 1800 s. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(30);

  /**
   * Validates the components.
   *
   * @param taskId the task's identifier, equal to the file's name
   * @param title the work, in one line
   * @param status current status
   * @param createdAt instant of creation
   * @param description the work, at length; empty by default
   * @param assignedTo the agent that works on it, or null
   * @param priority urgency, {@code medium} by default
   * @param dependencies the tasks that must be completed before it
   * @param timeout time in progress, in whole seconds, past which it is overdue, 1800 s by default
   * @param artifacts names of the files that it produces
   * @param completedAt instant of completion, or null
   */
  public TaskSpec {
    Identifiers.require("task_id", taskId);
    Objects.requireNonNull(title, "title");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(createdAt, "createdAt");
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(priority, "priority");
    if (assignedTo != null) {
      Identifiers.require("assigned_to", assignedTo);
    }
    dependencies = List.copyOf(dependencies);
    dependencies.forEach(dependency -> Identifiers.require("dependencies", dependency));
    Seconds.require("timeout", timeout);
    artifacts = List.copyOf(artifacts);
  }

  /**
   * Returns a pending task with the required fields only.
   *
   * @param taskId its identifier
   * @param title the work, in one line
   * @param createdAt instant of creation
   * @return the task
   */
  public static TaskSpec of(String taskId, String title, Instant createdAt) {
    return new TaskSpec(
        taskId,
        title,
        TaskStatus.PENDING,
        createdAt,
        "",
        null,
        Priority.MEDIUM,
        List.of(),
        DEFAULT_TIMEOUT,
        List.of(),
        null);
  }

  /**
   * Returns whether the task is pending or in progress.
   *
   * @return true unless completed or failed
   */
  public boolean open() {
    return status == TaskStatus.PENDING || status == TaskStatus.IN_PROGRESS;
  }

  /**
   * Returns a copy with another status; use {@link #completed} to complete a task.
   *
   * @param newStatus the status to have
   * @return a copy
   */
  public TaskSpec withStatus(TaskStatus newStatus) {
    return new TaskSpec(
        taskId,
        title,
        newStatus,
        createdAt,
        description,
        assignedTo,
        priority,
        dependencies,
        timeout,
        artifacts,
        completedAt);
  }

  /**
   * Returns a completed copy.
   *
   * @param at instant of completion
   * @return a copy
   */
  public TaskSpec completed(Instant at) {
    return new TaskSpec(
        taskId,
        title,
        TaskStatus.COMPLETED,
        createdAt,
        description,
        assignedTo,
        priority,
        dependencies,
        timeout,
        artifacts,
        at);
  }

  /**
   * Returns a copy that is assigned to another agent.
   *
   * @param agentId the agent, or null for none
   * @return a copy
   */
  public TaskSpec withAssignedTo(@Nullable String agentId) {
    return new TaskSpec(
        taskId,
        title,
        status,
        createdAt,
        description,
        agentId,
        priority,
        dependencies,
        timeout,
        artifacts,
        completedAt);
  }

  /**
   * Returns a copy with another description.
   *
   * @param newDescription the work, at length
   * @return a copy
   */
  public TaskSpec withDescription(String newDescription) {
    return new TaskSpec(
        taskId,
        title,
        status,
        createdAt,
        newDescription,
        assignedTo,
        priority,
        dependencies,
        timeout,
        artifacts,
        completedAt);
  }

  /**
   * Returns a copy with another priority.
   *
   * @param newPriority the priority to have
   * @return a copy
   */
  public TaskSpec withPriority(Priority newPriority) {
    return new TaskSpec(
        taskId,
        title,
        status,
        createdAt,
        description,
        assignedTo,
        newPriority,
        dependencies,
        timeout,
        artifacts,
        completedAt);
  }

  /**
   * Returns a copy with other dependencies.
   *
   * @param newDependencies the tasks that must be completed before it
   * @return a copy
   */
  public TaskSpec withDependencies(List<String> newDependencies) {
    return new TaskSpec(
        taskId,
        title,
        status,
        createdAt,
        description,
        assignedTo,
        priority,
        newDependencies,
        timeout,
        artifacts,
        completedAt);
  }
}
