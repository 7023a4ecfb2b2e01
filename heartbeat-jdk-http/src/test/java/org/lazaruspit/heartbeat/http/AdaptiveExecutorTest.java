package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AdaptiveExecutorTest {

  @Test
  void tasksOfManyCallersRunOnceAndWithinTheMaximum() throws Exception {
    ExecutorService threads = Threads.named("test-workers");
    AdaptiveExecutor executor = new AdaptiveExecutor(threads, 3, 3, 1_000_000);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger maxRunning = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(40_000);
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      callers.add(
          new Thread(
              () -> {
                for (int k = 0; k < 10_000; k++) {
                  executor.execute(
                      () -> {
                        maxRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                        running.decrementAndGet();
                        done.countDown();
                      });
                }
              }));
    }
    callers.forEach(Thread::start);
    assertTrue(done.await(20, TimeUnit.SECONDS), "left: " + done.getCount());
    assertTrue(maxRunning.get() <= 3, "running at once: " + maxRunning);
    for (Thread caller : callers) {
      caller.join();
    }
    threads.shutdownNow();
  }

  @Test
  void taskThatArrivesAsTheLastWorkerEndsIsNotLost() throws Exception {
    ExecutorService threads = Threads.named("test-workers");
    AdaptiveExecutor executor = new AdaptiveExecutor(threads, 1, 1, 10);
    for (int i = 0; i < 20_000; i++) {
      CountDownLatch done = new CountDownLatch(1);
      executor.execute(done::countDown);
      for (int spins = 0; done.getCount() > 0 && spins < 1_000_000; spins++) {
        Thread.onSpinWait();
      }
      assertTrue(done.await(20, TimeUnit.SECONDS), "lost: " + i);
    }
    threads.shutdownNow();
  }

  @Test
  void callerNeitherWaitsNorRunsTheTask() {
    Queue<Runnable> threads = new ArrayDeque<>();
    AdaptiveExecutor executor = new AdaptiveExecutor(threads::add, 1, 1, 2);
    List<Integer> ran = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      int number = i;
      executor.execute(() -> ran.add(number));
    }
    assertThrows(RejectedExecutionException.class, () -> executor.execute(() -> ran.add(0)));
    assertEquals(List.of(), ran);
    assertTrue(executor.hasBacklog());
    threads.remove().run();
    assertEquals(List.of(1, 2, 3), ran);
    assertFalse(executor.hasBacklog());
    executor.execute(() -> ran.add(4));
    threads.remove().run();
    assertEquals(List.of(1, 2, 3, 4), ran);
  }

  @Test
  void failedTaskReleasesItsPlace() {
    Queue<Runnable> threads = new ArrayDeque<>();
    AdaptiveExecutor executor = new AdaptiveExecutor(threads::add, 1, 1, 2);
    executor.execute(
        () -> {
          throw new IllegalStateException("broken");
        });
    assertThrows(IllegalStateException.class, () -> threads.remove().run());
    List<Integer> ran = new ArrayList<>();
    executor.execute(() -> ran.add(1));
    threads.remove().run();
    assertEquals(List.of(1), ran);
  }

  /** Threads that the tests run by hand. */
  private final Queue<Runnable> threads = new ArrayDeque<>();

  private final List<String> ran = new ArrayList<>();

  private Runnable recording(String name) {
    return () -> ran.add(name);
  }

  @Test
  void withoutBlockedWorkersFewThreadsAreWoken() {
    AdaptiveExecutor executor = new AdaptiveExecutor(threads::add, 100, 2, 100);
    for (int i = 0; i < 10; i++) {
      executor.execute(recording("" + i));
    }
    executor.check();
    assertEquals(2, threads.size());
    assertFalse(executor.hasBacklog(), "no backlog while places are free");
    threads.remove().run();
    // The first worker ran its own task and all waiting tasks.
    assertEquals(List.of("0", "2", "3", "4", "5", "6", "7", "8", "9"), ran);
    threads.remove().run();
    assertEquals("1", ran.get(9));
  }

  @Test
  void blockedWorkersAreSubstitutedWithDoubledNumbers() {
    AdaptiveExecutor executor = new AdaptiveExecutor(threads::add, 11, 2, 100);
    for (int i = 0; i < 100; i++) {
      executor.execute(recording("" + i));
    }
    List<Integer> started = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      executor.check();
      started.add(threads.size());
    }
    // Two checks detect a blocked worker; there are eleven places.
    assertEquals(List.of(2, 4, 4, 8, 8, 11, 11, 11), started);
    assertTrue(executor.hasBacklog());
  }

  @Test
  void taskThatArrivesWhileAllWorkersAreBlockedDoesNotWait() {
    AdaptiveExecutor executor = new AdaptiveExecutor(threads::add, 10, 1, 100);
    executor.execute(recording("slow"));
    executor.execute(recording("waits"));
    executor.check();
    executor.check();
    assertEquals(2, threads.size());
    threads.poll();
    threads.remove().run();
    assertEquals(List.of("waits"), ran);
    executor.execute(recording("comes later"));
    threads.remove().run();
    assertEquals(List.of("waits", "comes later"), ran);
  }

  @Test
  void workerThatContinuesCountsAgain() {
    AdaptiveExecutor executor = new AdaptiveExecutor(threads::add, 10, 1, 100);
    Runnable checks =
        () -> {
          executor.execute(recording("next"));
          executor.check();
          executor.check();
          assertEquals(
              1, threads.size(), "a substitute runs the waiting task while this worker is blocked");
        };
    executor.execute(checks);
    threads.remove().run();
    threads.remove().run();
    assertEquals(List.of("next"), ran);
    executor.execute(recording("one"));
    executor.execute(recording("two"));
    assertEquals(1, threads.size());
  }

  @Test
  void monitorDetectsBlockedWorkers() throws Exception {
    ExecutorService pool = Threads.named("test-workers");
    try (AdaptiveExecutor executor = new AdaptiveExecutor(pool, 50, 1, 100)) {
      executor.start("test-workers-watch");
      CountDownLatch never = new CountDownLatch(1);
      for (int i = 0; i < 40; i++) {
        executor.execute(() -> await(never));
      }
      CountDownLatch served = new CountDownLatch(1);
      executor.execute(served::countDown);
      assertTrue(served.await(20, TimeUnit.SECONDS));
      never.countDown();
    }
    pool.shutdownNow();
    assertTrue(pool.awaitTermination(20, TimeUnit.SECONDS));
    assertEquals(List.of(), OurThreads.alive("test-workers.*"));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void taskWithoutThreadIsRejectedOrKeepsWaiting() {
    List<Boolean> rejections = new ArrayList<>(List.of(true, false, true, true, false));
    AdaptiveExecutor executor =
        new AdaptiveExecutor(
            task -> {
              if (rejections.remove(0)) {
                if (rejections.size() == 2) {
                  throw new OutOfMemoryError("unable to create native thread");
                }
                throw new RejectedExecutionException("no thread");
              }
              threads.add(task);
            },
            10,
            1,
            100);
    assertThrows(RejectedExecutionException.class, () -> executor.execute(recording("refused")));
    executor.execute(recording("slow"));
    executor.execute(recording("waits"));
    executor.check();
    executor.check();
    executor.check();
    assertEquals(1, threads.size());
    executor.check();
    threads.poll();
    threads.remove().run();
    assertEquals(List.of("waits"), ran);
  }

  @Test
  void taskWithoutThreadKeepsTheOrderOfArrival() {
    AtomicInteger rejections = new AtomicInteger();
    AdaptiveExecutor executor =
        new AdaptiveExecutor(
            task -> {
              if (rejections.getAndDecrement() > 0) {
                throw new RejectedExecutionException("no thread");
              }
              threads.add(task);
            },
            10,
            2,
            100);
    for (String name : List.of("slow", "slow too", "first", "second", "third")) {
      executor.execute(recording(name));
    }
    executor.check();
    rejections.set(2);
    executor.check();
    assertEquals(2, threads.size(), "first and second found no thread");
    executor.execute(recording("fourth"));
    assertEquals(2, threads.size(), "no task overtakes waiting tasks");
    executor.check();
    assertEquals(4, threads.size());
    threads.remove();
    threads.remove();
    threads.remove().run();
    threads.remove().run();
    assertEquals(List.of("first", "third", "fourth", "second"), ran);
  }

  @Test
  void surplusWorkerLeavesTheRestToOtherWorkers() {
    AdaptiveExecutor executor = new AdaptiveExecutor(threads::add, 10, 1, 100);
    executor.execute(recording("slow"));
    executor.execute(recording("second"));
    executor.execute(recording("third"));
    executor.check();
    executor.check();
    assertEquals(2, threads.size());
    threads.remove().run();
    assertEquals(List.of("slow"), ran);
    threads.remove().run();
    assertEquals(List.of("slow", "second", "third"), ran);
  }

  @Test
  void waitingTaskIsNotRunAfterTheClose() {
    AdaptiveExecutor executor = new AdaptiveExecutor(threads::add, 1, 1, 100);
    executor.execute(recording("under way"));
    executor.execute(recording("waits"));
    executor.close();
    threads.remove().run();
    assertEquals(List.of("under way"), ran);
  }
}
