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
 * @param title what is to be done, in one line
 * @param status where it stands
 * @param createdAt when it was created
 * @param description what is to be done, at length; empty where the file has none
 * @param assignedTo the agent that does it
 * @param priority how urgent it is, {@code medium} by default
 * @param dependencies the tasks that must be completed before it
 * @param timeout past this time in progress it is overdue, 1800 s by default
 * @param artifacts names of the files it produces
 * @param completedAt when it was completed
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

  /** The time after which a task in progress that names none is overdue. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(30);

  /**
   * Checks what is given.
   *
   * @param taskId the task's identifier, equal to the file's name
   * @param title what is to be done, in one line
   * @param status where it stands
   * @param createdAt when it was created
   * @param description what is to be done, at length; empty where the file has none
   * @param assignedTo the agent that does it
   * @param priority how urgent it is, {
   * @param dependencies the tasks that must be completed before it
   * @param timeout past this time in progress it is overdue, 1800 s by default
   * @param artifacts names of the files it produces
   * @param completedAt when it was completed
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
   * A pending task with nothing but what is required.
   *
   * @param taskId its identifier
   * @param title what is to be done
   * @param createdAt when it was created
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
   * Whether there is still something to do: pending or in progress.
   *
   * @return true unless completed or failed
   */
  public boolean open() {
    return status == TaskStatus.PENDING || status == TaskStatus.IN_PROGRESS;
  }

  /**
   * The same with another status; use {@link #completed} to complete a task.
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
   * The same, completed.
   *
   * @param at when it was completed
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
   * The same, assigned to another agent.
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
   * The same with another description.
   *
   * @param newDescription what is to be done, at length
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
   * The same with another priority.
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
   * The same with other dependencies.
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
