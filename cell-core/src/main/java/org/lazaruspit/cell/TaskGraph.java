package org.lazaruspit.cell;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Graph of dependencies among tasks. Immutable and thread-safe; a pure function of the tasks. A
 * dependency on a missing task is never met.
 */
public final class TaskGraph {
  private static final Comparator<TaskSpec> MOST_URGENT_FIRST =
      Comparator.comparing(TaskSpec::priority)
          .thenComparing(TaskSpec::createdAt)
          .thenComparing(TaskSpec::taskId);

  private final NavigableMap<String, TaskSpec> tasks;
  private final List<List<String>> cycles;

  private TaskGraph(Collection<TaskSpec> all) {
    NavigableMap<String, TaskSpec> byId = new TreeMap<>();
    all.forEach(task -> byId.put(task.taskId(), task));
    this.tasks = Collections.unmodifiableNavigableMap(byId);
    this.cycles = TaskCycles.find(tasks);
  }

  /**
   * Returns the graph of the given tasks.
   *
   * @param tasks the tasks
   * @return their graph
   */
  public static TaskGraph of(Collection<TaskSpec> tasks) {
    return new TaskGraph(tasks);
  }

  /**
   * Returns the tasks that may start now: pending, with every dependency completed.
   *
   * @return the most urgent first, then the oldest
   */
  public List<TaskSpec> ready() {
    return tasks.values().stream()
        .filter(task -> task.status() == TaskStatus.PENDING && unmet(task).isEmpty())
        .sorted(MOST_URGENT_FIRST)
        .toList();
  }

  /**
   * Returns the pending tasks that may not start, with the dependencies that each waits for.
   *
   * @return from a task to its dependencies that are not completed, sorted by task
   */
  public Map<String, List<String>> waiting() {
    Map<String, List<String>> waiting = new LinkedHashMap<>();
    for (TaskSpec task : tasks.values()) {
      List<String> unmet = unmet(task);
      if (task.status() == TaskStatus.PENDING && !unmet.isEmpty()) {
        waiting.put(task.taskId(), unmet);
      }
    }
    return Collections.unmodifiableMap(waiting);
  }

  private List<String> unmet(TaskSpec task) {
    return task.dependencies().stream().distinct().filter(id -> !completed(id)).toList();
  }

  private boolean completed(String taskId) {
    TaskSpec task = tasks.get(taskId);
    return task != null && task.status() == TaskStatus.COMPLETED;
  }

  /**
   * Returns the tasks in an order that puts each after its dependencies, the most urgent first
   * where there is a choice (Kahn's algorithm). Tasks on a cycle, and their dependents, are left
   * out.
   *
   * @return task identifiers
   */
  public List<String> order() {
    Map<String, Integer> open = new HashMap<>();
    Map<String, List<TaskSpec>> dependents = new HashMap<>();
    PriorityQueue<TaskSpec> next = new PriorityQueue<>(MOST_URGENT_FIRST);
    for (TaskSpec task : tasks.values()) {
      List<String> known =
          task.dependencies().stream().distinct().filter(tasks::containsKey).toList();
      known.forEach(id -> dependents.computeIfAbsent(id, any -> new ArrayList<>()).add(task));
      open.put(task.taskId(), known.size());
      if (known.isEmpty()) {
        next.add(task);
      }
    }
    List<String> order = new ArrayList<>(tasks.size());
    while (!next.isEmpty()) {
      String done = next.remove().taskId();
      order.add(done);
      for (TaskSpec dependent : dependents.getOrDefault(done, List.of())) {
        if (open.merge(dependent.taskId(), -1, Integer::sum) == 0) {
          next.add(dependent);
        }
      }
    }
    return List.copyOf(order);
  }

  /**
   * Returns the cycles of dependencies: for each group of tasks that wait for each other, the
   * shortest cycle through its first task.
   *
   * @return each cycle, from its first task by id, without a repetition at the end
   */
  public List<List<String>> cycles() {
    return cycles;
  }

  /**
   * Returns the pending tasks that cannot start without an operator's change: a direct or indirect
   * dependency has failed, is missing or is on a cycle.
   *
   * @return task identifiers, sorted
   */
  public List<String> stuck() {
    Map<String, Boolean> stuck = new HashMap<>();
    Deque<String> spreading = new ArrayDeque<>();
    Map<String, List<String>> dependents = new HashMap<>();
    for (TaskSpec task : tasks.values()) {
      for (String dependency : task.dependencies()) {
        dependents.computeIfAbsent(dependency, any -> new ArrayList<>()).add(task.taskId());
        TaskSpec on = tasks.get(dependency);
        if (on == null || on.status() == TaskStatus.FAILED) {
          spreading.add(task.taskId());
        }
      }
    }
    cycles.forEach(spreading::addAll);
    while (!spreading.isEmpty()) {
      String id = spreading.remove();
      TaskSpec task = tasks.get(id);
      if (task != null
          && task.status() == TaskStatus.PENDING
          && stuck.putIfAbsent(id, true) == null) {
        spreading.addAll(dependents.getOrDefault(id, List.of()));
      }
    }
    return stuck.keySet().stream().sorted().toList();
  }
}
