package org.lazaruspit.heartbeat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Checks that the registry is linearizable: concurrent operations of two or three threads on one
 * agent have the results, the final health and the events of the same operations in some sequential
 * order. The build runs the check briefly, the benchmarks run it longer.
 */
public final class HistoryCheck implements AutoCloseable {
  private static final Map<String, Function<HealthRegistry, Object>> OPERATIONS =
      new TreeMap<>(
          Map.of(
              "beat", registry -> registry.heartbeat("a"),
              "fail", registry -> registry.reportFailure("a", "x").map(AgentHealth::status),
              "check", HealthRegistry::checkTimeouts,
              "unregister", registry -> registry.unregister("a"),
              "register", registry -> registry.tryRegister("a", Map.of("x", 1), 0),
              "takeover", registry -> registry.tryRegister("a", Map.of(), 1),
              "beat of 1", registry -> registry.heartbeat("a", beat(1)),
              "beat with metadata",
                  registry -> registry.heartbeat("a", Heartbeat.builder().metadata("y", 2).build()),
              "find", registry -> registry.find("a").map(HistoryCheck::shown),
              "walk", HistoryCheck::walk));

  /** State of the agent before the operations: alive, overdue or degraded. */
  private static final Map<String, Function<FakeTime, HealthRegistry>> SITUATIONS =
      new TreeMap<>(
          Map.of(
              "alive", time -> registry(time),
              "overdue",
                  time -> {
                    HealthRegistry registry = registry(time);
                    time.advanceSeconds(300);
                    return registry;
                  },
              "degraded",
                  time -> {
                    HealthRegistry registry = registry(time);
                    time.advanceSeconds(300);
                    registry.checkTimeouts();
                    time.advanceSeconds(300);
                    return registry;
                  }));

  private final ExecutorService threads = Executors.newFixedThreadPool(3);
  private final Map<String, Set<String>> possible = new HashMap<>();
  private final SplittableRandom random;

  /**
   * Creates a check with threads of its own.
   *
   * @param seed seed of the delays of the threads
   */
  public HistoryCheck(long seed) {
    random = new SplittableRandom(seed);
  }

  private static Heartbeat beat(long incarnation) {
    return Heartbeat.builder().incarnation(incarnation).build();
  }

  private static String shown(AgentHealth agent) {
    return agent.status() + " " + agent.consecutiveFailures() + " " + agent.incarnation();
  }

  private static Object walk(HealthRegistry registry) {
    List<String> actual = new ArrayList<>();
    registry.forEach(agent -> actual.add(shown(agent)));
    return actual;
  }

  private static HealthRegistry registry(FakeTime time) {
    HealthRegistry registry =
        HealthRegistry.builder().ticker(time).clock(time).listenerExecutor(Runnable::run).build();
    registry.heartbeat("a");
    return registry;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /**
   * Runs one history of every combination of operations in every situation.
   *
   * @param operations number of concurrent operations, up to 3
   * @return the number of histories
   * @throws AssertionError if a history has no sequential order
   */
  public long checkEach(int operations) throws InterruptedException, ExecutionException {
    long histories = 0;
    for (String situation : SITUATIONS.keySet()) {
      for (List<String> names : combinations(operations, new ArrayList<>(OPERATIONS.keySet()))) {
        Set<String> allowed =
            possible.computeIfAbsent(situation + names, key -> inEveryOrder(situation, names));
        String actual = atOnce(situation, names);
        if (!allowed.contains(actual)) {
          throw new AssertionError(
              situation + ", " + names + ": " + actual + " is not among " + allowed);
        }
        histories++;
      }
    }
    return histories;
  }

  private static HealthRegistry in(String situation) {
    return SITUATIONS.getOrDefault(situation, HistoryCheck::registry).apply(new FakeTime());
  }

  private static String perform(HealthRegistry registry, String operation) {
    return String.valueOf(OPERATIONS.getOrDefault(operation, r -> "").apply(registry));
  }

  private static Set<String> inEveryOrder(String situation, List<String> names) {
    Set<String> possibleResults = new HashSet<>();
    for (List<String> order : permutations(names)) {
      HealthRegistry registry = in(situation);
      List<String> events = listen(registry);
      Map<String, String> results = new TreeMap<>();
      order.forEach(name -> results.put(name, perform(registry, name)));
      possibleResults.add(result(registry, results, events));
    }
    return possibleResults;
  }

  private String atOnce(String situation, List<String> names)
      throws InterruptedException, ExecutionException {
    HealthRegistry registry = in(situation);
    List<String> events = listen(registry);
    CyclicBarrier barrier = new CyclicBarrier(names.size());
    AtomicInteger spinning = new AtomicInteger(names.size());
    List<Callable<Map.Entry<String, String>>> tasks = new ArrayList<>();
    for (String name : names) {
      int delay = random.nextInt(40);
      tasks.add(() -> operation(registry, name, barrier, spinning, delay));
    }
    Map<String, String> results = new TreeMap<>();
    for (Future<Map.Entry<String, String>> future : threads.invokeAll(tasks)) {
      results.put(future.get().getKey(), future.get().getValue());
    }
    return result(registry, results, events);
  }

  private static Map.Entry<String, String> operation(
      HealthRegistry registry,
      String name,
      CyclicBarrier barrier,
      AtomicInteger spinning,
      int delay)
      throws BrokenBarrierException, InterruptedException {
    barrier.await();
    spinning.decrementAndGet();
    for (int i = 0; spinning.get() > 0 && i < 1_000; i++) {
      Thread.onSpinWait();
    }
    for (int i = 0; i < delay; i++) {
      Thread.onSpinWait();
    }
    return Map.entry(name, perform(registry, name));
  }

  private static List<String> listen(HealthRegistry registry) {
    List<String> events = Collections.synchronizedList(new ArrayList<>());
    registry.addListener(
        "test", event -> events.add(event.from() + ">" + event.to() + " " + event.cause()));
    return events;
  }

  private static String result(
      HealthRegistry registry, Map<String, String> results, List<String> events) {
    return results
        + ", "
        + registry.find("a")
        + ", size "
        + registry.size()
        + ", "
        + List.copyOf(events);
  }

  private static List<List<String>> combinations(int count, List<String> from) {
    if (count == 0) {
      return List.of(List.of());
    }
    List<List<String>> all = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      for (List<String> rest : combinations(count - 1, from.subList(i + 1, from.size()))) {
        List<String> one = new ArrayList<>(rest);
        one.add(from.get(i));
        all.add(one);
      }
    }
    return all;
  }

  private static List<List<String>> permutations(List<String> names) {
    if (names.isEmpty()) {
      return List.of(List.of());
    }
    List<List<String>> all = new ArrayList<>();
    for (String first : names) {
      List<String> others = new ArrayList<>(names);
      others.remove(first);
      for (List<String> rest : permutations(others)) {
        List<String> one = new ArrayList<>(List.of(first));
        one.addAll(rest);
        all.add(one);
      }
    }
    return all;
  }
}
