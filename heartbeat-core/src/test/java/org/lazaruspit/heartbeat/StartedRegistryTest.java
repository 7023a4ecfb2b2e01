package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests with real threads and real time. */
class StartedRegistryTest {
  private static final HealthRules QUICK =
      HealthRules.builder().timeout(Duration.ofMillis(20)).build();

  private final BlockingQueue<HealthEvent> events = new LinkedBlockingQueue<>();

  private static Set<Thread> ownThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("heartbeat-"))
        .collect(Collectors.toSet());
  }

  private @Nullable HealthEvent next() throws InterruptedException {
    return events.poll(20, TimeUnit.SECONDS);
  }

  @Test
  void silenceIsDetectedWithoutACallOfCheck() throws InterruptedException {
    try (HealthRegistry registry = HealthRegistry.builder().rules(QUICK).build()) {
      registry.addListener("test", events::add);
      registry.register("a");
      registry.start();
      HealthEvent first = next();
      assertTrue(first != null && first.cause() == HealthCause.SILENCE);
      registry.heartbeat("a");
      HealthEvent second = next();
      assertTrue(second != null && second.from() != HealthStatus.HEALTHY);
    }
  }

  @Test
  void noThreadRunsBeforeTheStartOrAfterTheClose() throws InterruptedException {
    Set<Thread> before = ownThreads();
    HealthRegistry registry = HealthRegistry.builder().rules(QUICK).build();
    registry.addListener("test", events::add);
    registry.register("a");
    assertTrue(before.containsAll(ownThreads()));
    registry.start();
    registry.start();
    next();
    Set<Thread> running = ownThreads();
    running.removeAll(before);
    assertTrue(running.stream().allMatch(Thread::isDaemon));
    assertEquals(1, running.stream().filter(thread -> thread.getName().contains("watch")).count());
    registry.close();
    registry.close();
    for (Thread thread : running) {
      thread.join(30_000); // a pool terminates a moment before its last thread
      assertFalse(thread.isAlive(), thread::toString);
    }
  }

  @Test
  void closedRegistryAnswersButDoesNotStart() {
    HealthRegistry registry = HealthRegistry.create();
    registry.heartbeat("a");
    registry.start();
    registry.close();
    assertThrows(IllegalStateException.class, registry::start);
    registry.heartbeat("a");
    assertEquals(1, registry.snapshot().healthy());
    assertEquals(0, registry.checkTimeouts());
  }

  @Test
  void blockedListenerDelaysNeitherHeartbeatsNorOtherListeners() throws InterruptedException {
    CountDownLatch stuck = new CountDownLatch(1);
    try (HealthRegistry registry = HealthRegistry.builder().rules(QUICK).build()) {
      registry.addListener(
          "stuck",
          event -> {
            try {
              stuck.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      registry.addListener("test", events::add);
      registry.register("a");
      registry.start();
      for (int i = 0; i < 3; i++) {
        HealthEvent event = next();
        assertTrue(event != null);
        registry.heartbeat("a");
      }
      stuck.countDown();
    }
  }

  @Test
  void listenerMayCloseTheRegistry() throws InterruptedException {
    HealthRegistry registry = HealthRegistry.builder().rules(QUICK).build();
    registry.addListener(
        "test",
        event -> {
          assertDoesNotThrow(registry::close);
          events.add(event);
        });
    registry.register("a");
    registry.start();
    assertTrue(next() != null);
    assertThrows(IllegalStateException.class, registry::start);
  }

  /** The checks continue after a ticker that fails. */
  @Test
  void checksContinueAfterAFailingTicker() throws InterruptedException {
    FlakyTicker ticker = new FlakyTicker();
    try (HealthRegistry registry = HealthRegistry.builder().rules(QUICK).ticker(ticker).build()) {
      registry.addListener("test", events::add);
      registry.register("a");
      ticker.fail = true;
      registry.start();
      assertTrue(ticker.failed.await(20, TimeUnit.SECONDS));
      ticker.fail = false;
      assertTrue(next() != null);
    }
  }

  @Test
  void checksContinueAfterTheErrorOfAListener() throws InterruptedException {
    try (HealthRegistry registry =
        HealthRegistry.builder().rules(QUICK).listenerExecutor(Runnable::run).build()) {
      registry.addListener(
          "bad",
          event -> {
            events.add(event);
            throw new AssertionError("broken");
          });
      registry.register("a");
      registry.start();
      assertTrue(next() != null);
      registry.register("b");
      assertTrue(next() != null);
    }
  }

  private static final class FlakyTicker implements Ticker {
    private final CountDownLatch failed = new CountDownLatch(3);
    private volatile boolean fail;

    @Override
    public long nanos() {
      if (fail && Thread.currentThread().getName().startsWith("heartbeat-watch")) {
        failed.countDown();
        throw new IllegalStateException("no time");
      }
      return System.nanoTime();
    }
  }
}
