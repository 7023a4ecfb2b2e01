package org.lazaruspit.pit.contract;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Calls from several threads at once, and from interrupted threads. */
final class Together {

  private static final int THREADS = 8;

  private Together() {}

  static <T> List<T> call(Callable<T> call, Duration patience) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    CountDownLatch ready = new CountDownLatch(THREADS);
    try {
      List<Future<T>> calls = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        calls.add(
            threads.submit(
                () -> {
                  ready.countDown();
                  ready.await();
                  return call.call();
                }));
      }
      List<T> answers = new ArrayList<>();
      for (Future<T> each : calls) {
        answers.add(each.get(patience.toMillis(), TimeUnit.MILLISECONDS));
      }
      return answers;
    } catch (ExecutionException e) {
      throw new AssertionError("a concurrent call failed", e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  /** Calls on an interrupted thread: the call may end early or ignore the interrupt. */
  static void interrupted(Callable<?> call, Duration patience) throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      thread
          .submit(
              () -> {
                Thread.currentThread().interrupt();
                try {
                  return call.call();
                } catch (InterruptedException e) {
                  return null; // correct for a call that waits
                }
              })
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("an interrupted call failed", e.getCause());
    } finally {
      thread.shutdownNow();
    }
  }
}
