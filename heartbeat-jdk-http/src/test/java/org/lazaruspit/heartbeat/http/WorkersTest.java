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

class WorkersTest {

  @Test
  void whatIsHandedOverByManyRunsOnceAndNoMoreThanPlacesAtATime() throws Exception {
    ExecutorService threads = Workers.threads("test-workers");
    Workers workers = new Workers(threads, 3, 1_000_000);
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
    ExecutorService threads = Workers.threads("test-workers");
    Workers workers = new Workers(threads, 1, 10);
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
    Workers workers = new Workers(threads::add, 1, 2);
    List<Integer> ran = new ArrayList<>();
    workers.execute(() -> ran.add(1));
    workers.execute(() -> ran.add(2));
    assertThrows(RejectedExecutionException.class, () -> workers.execute(() -> ran.add(3)));
    assertEquals(List.of(), ran);
    assertTrue(workers.othersWait());
    threads.remove().run();
    assertEquals(List.of(1, 2), ran);
    assertFalse(workers.othersWait());
    workers.execute(() -> ran.add(4));
    threads.remove().run();
    assertEquals(List.of(1, 2, 4), ran);
  }

  @Test
  void oneThatFailsTakesNoPlaceWithIt() {
    Queue<Runnable> threads = new ArrayDeque<>();
    Workers workers = new Workers(threads::add, 1, 2);
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
}
