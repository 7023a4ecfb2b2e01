package org.lazaruspit.cell;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;

/**
 * Finds cycles of dependencies: Tarjan's strongly connected components, with an explicit stack
 * since a long chain of tasks would exhaust the thread's, then a breadth-first search for the
 * shortest cycle through the first task of each component.
 */
final class TaskCycles {
  private final NavigableMap<String, TaskSpec> tasks;
  private final Map<String, Integer> index = new HashMap<>();
  private final Map<String, Integer> low = new HashMap<>();
  private final Deque<String> open = new ArrayDeque<>();
  private final Set<String> isOpen = new HashSet<>();
  private final List<Set<String>> components = new ArrayList<>();

  private TaskCycles(NavigableMap<String, TaskSpec> tasks) {
    this.tasks = tasks;
  }

  static List<List<String>> find(NavigableMap<String, TaskSpec> tasks) {
    TaskCycles search = new TaskCycles(tasks);
    for (String id : tasks.keySet()) {
      if (!search.index.containsKey(id)) {
        search.explore(id);
      }
    }
    return search.components.stream()
        .map(search::shortest)
        .sorted(Comparator.comparing(cycle -> cycle.get(0)))
        .toList();
  }

  private record Frame(String task, Iterator<String> dependencies) {}

  private void explore(String root) {
    Deque<Frame> path = new ArrayDeque<>();
    path.push(enter(root));
    while (!path.isEmpty()) {
      Frame top = path.element();
      if (top.dependencies().hasNext()) {
        String next = top.dependencies().next();
        if (!index.containsKey(next)) {
          path.push(enter(next));
        } else if (isOpen.contains(next)) {
          lower(top.task(), index.getOrDefault(next, 0));
        }
      } else {
        path.pop();
        leave(top.task());
        if (!path.isEmpty()) {
          lower(path.element().task(), low.getOrDefault(top.task(), 0));
        }
      }
    }
  }

  private Frame enter(String task) {
    index.put(task, index.size());
    low.put(task, index.size() - 1);
    open.push(task);
    isOpen.add(task);
    return new Frame(task, dependencies(task).iterator());
  }

  private void lower(String task, int to) {
    low.merge(task, to, Math::min);
  }

  private void leave(String task) {
    if (!Objects.equals(index.get(task), low.get(task))) {
      return;
    }
    Set<String> component = new HashSet<>();
    String member;
    do {
      member = open.pop();
      isOpen.remove(member);
      component.add(member);
    } while (!member.equals(task));
    if (component.size() > 1 || dependencies(task).contains(task)) {
      components.add(component);
    }
  }

  private List<String> dependencies(String task) {
    TaskSpec spec = tasks.get(task);
    return spec == null
        ? List.of()
        : spec.dependencies().stream().filter(tasks::containsKey).toList();
  }

  private List<String> shortest(Set<String> component) {
    String start = component.stream().min(Comparator.naturalOrder()).orElseThrow();
    Map<String, String> cameFrom = new HashMap<>();
    Deque<String> queue = new ArrayDeque<>(List.of(start));
    while (!cameFrom.containsKey(start)) {
      String task = queue.remove();
      for (String next : dependencies(task)) {
        if (component.contains(next) && cameFrom.putIfAbsent(next, task) == null) {
          queue.add(next);
        }
      }
    }
    return backwards(start, cameFrom);
  }

  private static List<String> backwards(String start, Map<String, String> cameFrom) {
    Deque<String> cycle = new ArrayDeque<>();
    String at = start;
    do {
      at = cameFrom.getOrDefault(at, start);
      cycle.push(at);
    } while (!at.equals(start));
    return List.copyOf(cycle);
  }
}
