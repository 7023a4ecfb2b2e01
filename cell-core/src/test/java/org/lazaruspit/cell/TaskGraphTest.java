package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TaskGraphTest {
  private static TaskSpec task(String id, TaskStatus status, String... dependencies) {
    return TaskSpec.of(id, id, Cells.CREATED)
        .withStatus(status)
        .withDependencies(List.of(dependencies));
  }

  private static TaskSpec pending(String id, String... dependencies) {
    return task(id, TaskStatus.PENDING, dependencies);
  }

  private static List<String> ids(List<TaskSpec> tasks) {
    return tasks.stream().map(TaskSpec::taskId).toList();
  }

  @Test
  void taskIsReadyWhenAllItsDependenciesAreCompleted() {
    TaskGraph graph =
        TaskGraph.of(
            List.of(
                task("done", TaskStatus.COMPLETED),
                task("running", TaskStatus.IN_PROGRESS),
                pending("free"),
                pending("next", "done"),
                pending("later", "done", "running", "running"),
                pending("never", "ghost")));
    assertEquals(List.of("free", "next"), ids(graph.ready()));
    assertEquals(Map.of("later", List.of("running"), "never", List.of("ghost")), graph.waiting());
    assertEquals(List.of("never"), graph.stuck());
  }

  @Test
  void urgentTasksComeFirstThenOldOnes() {
    TaskGraph graph =
        TaskGraph.of(
            List.of(
                pending("b").withPriority(Priority.LOW),
                pending("c").withPriority(Priority.HIGH),
                TaskSpec.of("a", "a", Cells.CREATED.plusSeconds(1)),
                pending("z")));
    assertEquals(List.of("c", "z", "a", "b"), ids(graph.ready()));
    assertEquals(List.of("c", "z", "a", "b"), graph.order());
  }

  @Test
  void taskThatDependsOnAFailureOrACycleIsStuckWithItsDependents() {
    TaskGraph graph =
        TaskGraph.of(
            List.of(
                task("failed", TaskStatus.FAILED),
                pending("x", "failed"),
                pending("y", "x"),
                pending("c1", "c2"),
                pending("c2", "c1"),
                pending("d", "c2"),
                pending("free")));
    assertEquals(List.of("c1", "c2", "d", "x", "y"), graph.stuck());
    assertEquals(List.of(List.of("c1", "c2")), graph.cycles());
    assertEquals(List.of("failed", "free", "x", "y"), graph.order());
  }

  @Test
  void longChainsDoNotExhaustTheStack() {
    List<TaskSpec> chain = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      chain.add(pending("t" + i, "t" + (i + 1)));
    }
    assertEquals(50_000, TaskGraph.of(chain).order().size());
    chain.add(pending("t50000", "t0"));
    assertEquals(50_001, TaskGraph.of(chain).cycles().get(0).size());
  }

  /** Against the plain definition: a task is on a cycle when it can be reached from itself. */
  @Property(tries = 500)
  void cyclesAndOrderAgreeWithReachability(@ForAll long seed) {
    Random random = new Random(seed);
    int size = 1 + random.nextInt(8);
    List<TaskSpec> tasks = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      List<String> dependencies =
          IntStream.range(0, size)
              .filter(any -> random.nextInt(5) == 0)
              .mapToObj(d -> "t" + d)
              .toList();
      tasks.add(pending("t" + i).withDependencies(dependencies));
    }
    TaskGraph graph = TaskGraph.of(tasks);
    Set<String> ordered = new TreeSet<>();
    for (TaskSpec task : tasks) {
      Set<String> below = reachable(tasks, task);
      boolean reachesCycle =
          below.stream().anyMatch(id -> reachable(tasks, find(tasks, id)).contains(id));
      if (!reachesCycle && !below.contains(task.taskId())) {
        ordered.add(task.taskId());
      }
    }
    assertEquals(ordered, new TreeSet<>(graph.order()));
    for (List<String> cycle : graph.cycles()) {
      for (int i = 0; i < cycle.size(); i++) {
        String next = cycle.get((i + 1) % cycle.size());
        assertTrue(find(tasks, cycle.get(i)).dependencies().contains(next));
      }
      assertEquals(cycle.size(), new HashSet<>(cycle).size());
    }
    boolean cyclic =
        tasks.stream().anyMatch(task -> reachable(tasks, task).contains(task.taskId()));
    assertEquals(cyclic, !graph.cycles().isEmpty());
    assertDependenciesFirst(graph.order(), tasks);
  }

  private static void assertDependenciesFirst(List<String> order, List<TaskSpec> tasks) {
    Set<String> done = new HashSet<>();
    for (String id : order) {
      assertTrue(done.containsAll(find(tasks, id).dependencies()));
      done.add(id);
    }
  }

  private static TaskSpec find(List<TaskSpec> tasks, String id) {
    return tasks.stream().filter(task -> task.taskId().equals(id)).findFirst().orElseThrow();
  }

  private static Set<String> reachable(List<TaskSpec> tasks, TaskSpec from) {
    Set<String> seen = new HashSet<>();
    List<String> open = new ArrayList<>(from.dependencies());
    while (!open.isEmpty()) {
      String id = open.remove(open.size() - 1);
      if (seen.add(id)) {
        open.addAll(find(tasks, id).dependencies());
      }
    }
    return seen;
  }
}
