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
  void whatIsHandedOverByManyRunsOnceAndNoMoreThanPlacesAtATime() throws Exception {
    ExecutorService threads = Threads.named("test-workers");
    AdaptiveExecutor workers = new AdaptiveExecutor(threads, 3, 3, 1_000_000);
    AtomicInteger atATime = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(40_000);
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      callers.add(
          new Thread(
              () -> {
                for (int k = 0; k < 10_000; k++) {
                  workers.execute(
                      () -> {
                        most.accumulateAndGet(atATime.incrementAndGet(), Math::max);
                        atATime.decrementAndGet();
                        done.countDown();
                      });
                }
              }));
    }
    callers.forEach(Thread::start);
    assertTrue(done.await(20, TimeUnit.SECONDS), "left: " + done.getCount());
    assertTrue(most.get() <= 3, "at a time: " + most);
    for (Thread caller : callers) {
      caller.join();
    }
    threads.shutdownNow();
  }

  @Test
  void oneThatComesJustWhenTheLastWorkerLeavesIsNotForgotten() throws Exception {
    ExecutorService threads = Threads.named("test-workers");
    AdaptiveExecutor workers = new AdaptiveExecutor(threads, 1, 1, 10);
    for (int i = 0; i < 20_000; i++) {
      CountDownLatch done = new CountDownLatch(1);
      workers.execute(done::countDown);
      for (int spins = 0; done.getCount() > 0 && spins < 1_000_000; spins++) {
        Thread.onSpinWait();
      }
      assertTrue(done.await(20, TimeUnit.SECONDS), "forgotten: " + i);
    }
    threads.shutdownNow();
  }

  @Test
  void callerIsNeverMadeToWaitOrToDoItItself() {
    Queue<Runnable> threads = new ArrayDeque<>();
    AdaptiveExecutor workers = new AdaptiveExecutor(threads::add, 1, 1, 2);
    List<Integer> ran = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      int number = i;
      workers.execute(() -> ran.add(number));
    }
    assertThrows(RejectedExecutionException.class, () -> workers.execute(() -> ran.add(0)));
    assertEquals(List.of(), ran);
    assertTrue(workers.othersWait());
    threads.remove().run();
    assertEquals(List.of(1, 2, 3), ran);
    assertFalse(workers.othersWait());
    workers.execute(() -> ran.add(4));
    threads.remove().run();
    assertEquals(List.of(1, 2, 3, 4), ran);
  }

  @Test
  void oneThatFailsTakesNoPlaceWithIt() {
    Queue<Runnable> threads = new ArrayDeque<>();
    AdaptiveExecutor workers = new AdaptiveExecutor(threads::add, 1, 1, 2);
    workers.execute(
        () -> {
          throw new IllegalStateException("broken");
        });
    assertThrows(IllegalStateException.class, () -> threads.remove().run());
    List<Integer> ran = new ArrayList<>();
    workers.execute(() -> ran.add(1));
    threads.remove().run();
    assertEquals(List.of(1), ran);
  }

  /** Threads that come to life when told to, and a clock that ticks when told to. */
  private final Queue<Runnable> threads = new ArrayDeque<>();

  private final List<String> ran = new ArrayList<>();

  private Runnable says(String name) {
    return () -> ran.add(name);
  }

  @Test
  void whileNobodyIsHeldUpFewThreadsAreWoken() {
    AdaptiveExecutor workers = new AdaptiveExecutor(threads::add, 100, 2, 100);
    for (int i = 0; i < 10; i++) {
      workers.execute(says("" + i));
    }
    workers.look();
    assertEquals(2, threads.size());
    assertFalse(workers.othersWait(), "nobody has to make room while there are places");
    threads.remove().run();
    // The first worker has done its own, and all that waited.
    assertEquals(List.of("0", "2", "3", "4", "5", "6", "7", "8", "9"), ran);
    threads.remove().run();
    assertEquals("1", ran.get(9));
  }

  @Test
  void whoIsHeldUpHasOthersTakeItsPlaceTwiceAsManyEachTime() {
    AdaptiveExecutor workers = new AdaptiveExecutor(threads::add, 11, 2, 100);
    for (int i = 0; i < 100; i++) {
      workers.execute(says("" + i));
    }
    List<Integer> started = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      workers.look();
      started.add(threads.size());
    }
    // Two looks show who is at the same thing as before; eleven places are all there are.
    assertEquals(List.of(2, 4, 4, 8, 8, 11, 11, 11), started);
    assertTrue(workers.othersWait());
  }

  @Test
  void oneThatComesWhileAllAreHeldUpDoesNotWaitForThem() {
    AdaptiveExecutor workers = new AdaptiveExecutor(threads::add, 10, 1, 100);
    workers.execute(says("slow"));
    workers.execute(says("waits"));
    workers.look();
    workers.look();
    assertEquals(2, threads.size());
    threads.poll();
    threads.remove().run();
    assertEquals(List.of("waits"), ran);
    workers.execute(says("comes later"));
    threads.remove().run();
    assertEquals(List.of("waits", "comes later"), ran);
  }

  @Test
  void whoGetsOnAgainCountsAgain() {
    AdaptiveExecutor workers = new AdaptiveExecutor(threads::add, 10, 1, 100);
    Runnable checks =
        () -> {
          workers.execute(says("next"));
          workers.look();
          workers.look();
          assertEquals(1, threads.size(), "somebody takes what waits while this one is held up");
        };
    workers.execute(checks);
    threads.remove().run();
    threads.remove().run();
    assertEquals(List.of("next"), ran);
    workers.execute(says("one"));
    workers.execute(says("two"));
    assertEquals(1, threads.size());
  }

  @Test
  void watchFindsThoseWhoAreHeldUp() throws Exception {
    ExecutorService pool = Threads.named("test-workers");
    try (AdaptiveExecutor workers = new AdaptiveExecutor(pool, 50, 1, 100)) {
      workers.start("test-workers-watch");
      CountDownLatch never = new CountDownLatch(1);
      for (int i = 0; i < 40; i++) {
        workers.execute(() -> await(never));
      }
      CountDownLatch served = new CountDownLatch(1);
      workers.execute(served::countDown);
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
  void whatFindsNoThreadIsClosedAtOnceOrWaitsOn() {
    List<Boolean> refuses = new ArrayList<>(List.of(true, false, true, true, false));
    AdaptiveExecutor workers =
        new AdaptiveExecutor(
            work -> {
              if (refuses.remove(0)) {
                if (refuses.size() == 2) {
                  throw new OutOfMemoryError("unable to create native thread");
                }
                throw new RejectedExecutionException("no thread");
              }
              threads.add(work);
            },
            10,
            1,
            100);
    assertThrows(RejectedExecutionException.class, () -> workers.execute(says("refused")));
    workers.execute(says("slow"));
    workers.execute(says("waits"));
    workers.look();
    workers.look();
    workers.look();
    assertEquals(1, threads.size());
    workers.look();
    threads.poll();
    threads.remove().run();
    assertEquals(List.of("waits"), ran);
  }

  @Test
  void whatFoundNoThreadIsStillServedInTheOrderOfItsArrival() {
    AtomicInteger refuses = new AtomicInteger();
    AdaptiveExecutor workers =
        new AdaptiveExecutor(
            work -> {
              if (refuses.getAndDecrement() > 0) {
                throw new RejectedExecutionException("no thread");
              }
              threads.add(work);
            },
            10,
            2,
            100);
    for (String name : List.of("slow", "slow too", "first", "second", "third")) {
      workers.execute(says(name));
    }
    workers.look();
    refuses.set(2);
    workers.look();
    assertEquals(2, threads.size(), "the first and the second have found no thread");
    workers.execute(says("fourth"));
    assertEquals(2, threads.size(), "nobody overtakes those who wait");
    workers.look();
    assertEquals(4, threads.size());
    threads.remove();
    threads.remove();
    threads.remove().run();
    threads.remove().run();
    assertEquals(List.of("first", "third", "fourth", "second"), ran);
  }

  @Test
  void whoIsOneTooManyAfterAllLeavesTheRestToTheOthers() {
    AdaptiveExecutor workers = new AdaptiveExecutor(threads::add, 10, 1, 100);
    workers.execute(says("slow"));
    workers.execute(says("second"));
    workers.execute(says("third"));
    workers.look();
    workers.look();
    assertEquals(2, threads.size());
    threads.remove().run();
    assertEquals(List.of("slow"), ran);
    threads.remove().run();
    assertEquals(List.of("slow", "second", "third"), ran);
  }

  @Test
  void whatWaitsWhenAllEndsIsNotRun() {
    AdaptiveExecutor workers = new AdaptiveExecutor(threads::add, 1, 1, 100);
    workers.execute(says("under way"));
    workers.execute(says("waits"));
    workers.close();
    threads.remove().run();
    assertEquals(List.of("under way"), ran);
  }
}
