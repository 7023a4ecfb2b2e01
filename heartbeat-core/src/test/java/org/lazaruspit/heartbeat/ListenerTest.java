package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ListenerTest {
  private final FakeTime time = new FakeTime();
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<String> received = new ArrayList<>();

  private HealthRegistryBuilder builder() {
    return HealthRegistry.builder().ticker(time).clock(time);
  }

  private HealthRegistry direct() {
    return builder().listenerExecutor(Runnable::run).build();
  }

  private static String text(HealthEvent event) {
    return event.agentId() + " " + event.from().wireName() + ">" + event.to().wireName();
  }

  private void receive(HealthEvent event) {
    received.add(text(event));
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  @Test
  void eventHasAgentStatusesCauseTimeIncarnationAndMessage() {
    HealthRegistry registry = direct();
    List<HealthEvent> events = new ArrayList<>();
    registry.addListener("test", events::add);
    registry.heartbeat("a", Heartbeat.builder().incarnation(4).build());
    time.advanceSeconds(300);
    registry.checkTimeouts();
    assertEquals(
        List.of(
            new HealthEvent(
                "a",
                HealthStatus.HEALTHY,
                HealthStatus.DEGRADED,
                HealthCause.SILENCE,
                time.instant(),
                4,
                "silent for 300 s")),
        events);
  }

  @Test
  void listenerThatThrowsGetsTheNextEventAndOtherListenersAreUnaffected() {
    HealthRegistry registry = direct();
    registry.addListener(
        "bad",
        event -> {
          receive(event);
          throw new IllegalStateException("listener is broken");
        });
    registry.addListener("good", this::receive);
    registry.register("a");
    registry.reportFailure("a", "x");
    registry.heartbeat("a");
    assertEquals(4, received.size());
  }

  @Test
  void listenerThatThrowsAnErrorGetsTheNextEvent() {
    HealthRegistry registry = direct();
    registry.addListener(
        "bad",
        event -> {
          receive(event);
          throw new AssertionError("fatal");
        });
    registry.register("a");
    assertThrows(AssertionError.class, () -> registry.reportFailure("a", "x"));
    assertThrows(AssertionError.class, () -> registry.heartbeat("a"));
    assertEquals(List.of("a healthy>degraded", "a degraded>healthy"), received);
  }

  @Test
  void listenerThatThrowsAnUndeclaredExceptionGetsTheNextEvent() {
    HealthRegistry registry = direct();
    registry.addListener(
        "bad",
        event -> {
          receive(event);
          throwAny(new IOException("listener is broken"));
        });
    registry.register("a");
    registry.reportFailure("a", "x");
    registry.heartbeat("a");
    assertEquals(List.of("a healthy>degraded", "a degraded>healthy"), received);
  }

  @SuppressWarnings("unchecked") // as Kotlin and Lombok do
  private static <T extends Throwable> void throwAny(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void listenerMayUseTheRegistry() {
    HealthRegistry registry = direct();
    registry.addListener("test", this::receive);
    registry.addListener(
        "healer",
        event -> {
          registry.heartbeat(event.agentId());
          registry.checkTimeouts();
        });
    registry.register("a");
    registry.reportFailure("a", "x");
    assertEquals(HealthStatus.HEALTHY, registry.find("a").orElseThrow().status());
    assertEquals(List.of("a healthy>degraded", "a degraded>healthy"), received);
  }

  @Test
  void noLockIsHeldWhileAListenerIsCalled() throws InterruptedException {
    HealthRegistry registry = direct();
    CountDownLatch done = new CountDownLatch(1);
    List<String> freed = new ArrayList<>();
    registry.addListener(
        "test",
        event -> {
          Thread other =
              new Thread(
                  () -> {
                    registry.heartbeat("a");
                    registry.checkTimeouts();
                    registry.unregister("a");
                    registry.register("b");
                    done.countDown();
                  });
          other.start();
          try {
            freed.add(done.await(10, TimeUnit.SECONDS) ? "free" : "blocked");
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    registry.register("a");
    time.advanceSeconds(300);
    registry.checkTimeouts();
    assertEquals("free", freed.get(0));
  }

  @Test
  void slowListenerGetsEveryChangeUpToItsCapacity() {
    HealthRegistry registry = builder().listenerExecutor(tasks::add).listenerQueue(4).build();
    registry.addListener("test", this::receive);
    registry.register("a");
    registry.reportFailure("a", "x");
    registry.heartbeat("a");
    registry.reportFailure("a", "x");
    assertEquals(1, tasks.size());
    runTasks();
    assertEquals(
        List.of("a healthy>degraded", "a degraded>healthy", "a healthy>degraded"), received);
    assertEquals(0, registry.mergedEvents());
  }

  @Test
  void slowListenerGetsMergedChangesOfOneAgentWithTheLatestState() {
    HealthRegistry registry = builder().listenerExecutor(tasks::add).listenerQueue(1).build();
    registry.addListener("test", this::receive);
    registry.register("a");
    registry.register("b");
    registry.reportFailure("a", "x");
    for (int i = 0; i < 3; i++) {
      registry.reportFailure("b", "x");
    }
    registry.heartbeat("a");
    runTasks();
    assertEquals(
        List.of("a healthy>degraded", "b healthy>unhealthy", "a degraded>healthy"), received);
    assertEquals(1, registry.mergedEvents());
  }

  @Test
  void newEventIsNotDeliveredBeforeWaitingMergedEvents() {
    HealthRegistry registry = builder().listenerExecutor(tasks::add).listenerQueue(1).build();
    registry.addListener(
        "test",
        event -> {
          receive(event);
          registry.heartbeat("a");
        });
    registry.register("a");
    for (int i = 0; i < 3; i++) {
      registry.reportFailure("a", "x");
    }
    runTasks();
    assertEquals(List.of("a healthy>degraded", "a degraded>healthy"), received);
  }

  @Test
  void changeAndItsReversalCancelOut() {
    HealthRegistry registry = builder().listenerExecutor(tasks::add).listenerQueue(0).build();
    registry.addListener("test", this::receive);
    registry.register("a");
    registry.reportFailure("a", "x");
    registry.heartbeat("a");
    runTasks();
    assertEquals(List.of(), received);
    assertEquals(2, registry.mergedEvents());
    registry.removeListener("test");
    assertEquals(2, registry.mergedEvents());
  }

  @Test
  void executorThatRejectsIsTriedAgain() {
    List<Integer> rejections = new ArrayList<>();
    HealthRegistry registry =
        builder()
            .listenerExecutor(
                task -> {
                  if (rejections.size() < 3) {
                    rejections.add(1);
                    throw new RejectedExecutionException("full");
                  }
                  task.run();
                })
            .build();
    registry.addListener("test", this::receive);
    registry.register("a");
    registry.reportFailure("a", "x");
    registry.heartbeat("a");
    registry.checkTimeouts();
    assertEquals(List.of(), received);
    registry.checkTimeouts();
    assertEquals(List.of("a healthy>degraded", "a degraded>healthy"), received);
  }

  @Test
  void withoutExecutorAndThreadsTheCheckDelivers() {
    HealthRegistry registry = builder().build();
    registry.addListener("test", this::receive);
    registry.register("a");
    registry.reportFailure("a", "x");
    assertEquals(List.of(), received);
    registry.checkTimeouts();
    assertEquals(List.of("a healthy>degraded"), received);
  }

  @Test
  void removedListenerGetsNoFurtherEvents() {
    HealthRegistry registry = builder().listenerExecutor(tasks::add).build();
    registry.addListener("test", this::receive);
    registry.register("a");
    registry.reportFailure("a", "x");
    assertTrue(registry.removeListener("test"));
    assertFalse(registry.removeListener("test"));
    runTasks();
    assertEquals(List.of(), received);
  }

  @Test
  void namesOfListenersAreUnique() {
    HealthRegistry registry = direct();
    registry.addListener("test", this::receive);
    assertThrows(IllegalArgumentException.class, () -> registry.addListener("test", this::receive));
  }
}
