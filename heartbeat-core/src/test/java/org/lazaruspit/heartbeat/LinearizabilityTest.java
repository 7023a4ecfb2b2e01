package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever two or three threads do to one agent at the same moment, the answers, the agent and the
 * events afterwards are those of the same deeds done one after the other, in some order.
 */
class LinearizabilityTest {
  private static final Map<String, Function<HealthRegistry, Object>> DEEDS =
      Map.of(
          "beat", registry -> registry.heartbeat("a"),
          "fail", registry -> registry.reportFailure("a", "x").map(AgentHealth::status),
          "check", HealthRegistry::checkTimeouts,
          "unregister", registry -> registry.unregister("a"),
          "register", registry -> registry.tryRegister("a", Map.of("x", 1), 0),
          "takeover", registry -> registry.tryRegister("a", Map.of(), 1),
          "beat of 1", registry -> registry.heartbeat("a", beat(1)),
          "beat with metadata",
              registry -> registry.heartbeat("a", Heartbeat.builder().metadata("y", 2).build()));

  /**
   * How far the agent has come when the deeds are done: alive, overdue, ill, or a fresh
   * incarnation.
   */
  private static final Map<String, Function<FakeTime, HealthRegistry>> SITUATIONS =
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
              });

  private final ExecutorService threads = Executors.newFixedThreadPool(3);

  private static Heartbeat beat(long incarnation) {
    return Heartbeat.builder().incarnation(incarnation).build();
  }

  private static HealthRegistry registry(FakeTime time) {
    HealthRegistry registry =
        HealthRegistry.builder().ticker(time).clock(time).listenerExecutor(Runnable::run).build();
    registry.heartbeat("a");
    return registry;
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void deedsOfTwoThreadsHaveAnOrder() throws Exception {
    check(2, 150);
  }

  @Test
  void deedsOfThreeThreadsHaveAnOrder() throws Exception {
    check(3, 15);
  }

  @Test
  @Tag("full")
  void deedsHaveAnOrderForMinutes() throws Exception {
    check(2, 20_000);
    check(3, 2_000);
  }

  private void check(int count, int rounds) throws Exception {
    for (Map.Entry<String, Function<FakeTime, HealthRegistry>> situation : SITUATIONS.entrySet()) {
      for (List<String> names : combinations(count, new ArrayList<>(DEEDS.keySet()))) {
        Set<String> possible = new HashSet<>();
        for (List<String> order : permutations(names)) {
          possible.add(oneAfterTheOther(situation.getValue(), order));
        }
        for (int i = 0; i < rounds; i++) {
          String seen = atOnce(situation.getValue(), names);
          assertTrue(
              possible.contains(seen),
              () -> situation.getKey() + ", " + names + ": " + seen + " is none of " + possible);
        }
      }
    }
  }

  private String atOnce(Function<FakeTime, HealthRegistry> situation, List<String> names)
      throws InterruptedException, ExecutionException {
    HealthRegistry registry = situation.apply(new FakeTime());
    List<String> events = listen(registry);
    CyclicBarrier barrier = new CyclicBarrier(names.size());
    AtomicInteger spinning = new AtomicInteger(names.size());
    List<Callable<Map.Entry<String, String>>> tasks = new ArrayList<>();
    for (String name : names) {
      tasks.add(() -> deed(registry, name, barrier, spinning));
    }
    Map<String, String> answers = new HashMap<>();
    for (Future<Map.Entry<String, String>> future : threads.invokeAll(tasks)) {
      answers.put(future.get().getKey(), future.get().getValue());
    }
    return result(registry, names, answers, events);
  }

  private static Map.Entry<String, String> deed(
      HealthRegistry registry, String name, CyclicBarrier barrier, AtomicInteger spinning)
      throws BrokenBarrierException, InterruptedException {
    barrier.await();
    spinning.decrementAndGet();
    for (int i = 0; spinning.get() > 0 && i < 1_000; i++) {
      Thread.onSpinWait();
    }
    return Map.entry(name, String.valueOf(DEEDS.getOrDefault(name, r -> "").apply(registry)));
  }

  private static String oneAfterTheOther(
      Function<FakeTime, HealthRegistry> situation, List<String> order) {
    HealthRegistry registry = situation.apply(new FakeTime());
    List<String> events = listen(registry);
    Map<String, String> answers = new HashMap<>();
    for (String name : order) {
      answers.put(name, String.valueOf(DEEDS.getOrDefault(name, r -> "").apply(registry)));
    }
    return result(registry, order, answers, events);
  }

  private static List<String> listen(HealthRegistry registry) {
    List<String> events = Collections.synchronizedList(new ArrayList<>());
    registry.addListener(
        "test", event -> events.add(event.from() + ">" + event.to() + " " + event.cause()));
    return events;
  }

  private static String result(
      HealthRegistry registry,
      List<String> names,
      Map<String, String> answers,
      List<String> events) {
    StringBuilder result = new StringBuilder();
    names.stream()
        .sorted()
        .forEach(name -> result.append(name).append('=').append(answers.get(name)).append(", "));
    return result
        .append(registry.find("a"))
        .append(", size ")
        .append(registry.size())
        .append(", ")
        .append(List.copyOf(events))
        .toString();
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
