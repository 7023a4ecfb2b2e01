package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoalescedResponseTest {

  private final CoalescedResponse shared = new CoalescedResponse();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() throws InterruptedException {
    threads.shutdownNow();
    assertTrue(threads.awaitTermination(20, TimeUnit.SECONDS));
  }

  private static BufferedBody response() {
    return new BufferedBody(10);
  }

  private static BufferedBody await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return response();
  }

  @Test
  void noRequestGetsAResponseWhoseBuildBeganBeforeIt() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch finish = new CountDownLatch(1);
    Future<BufferedBody> first =
        threads.submit(
            () ->
                shared.get(
                    () -> {
                      begun.countDown();
                      return await(finish);
                    }));
    assertTrue(begun.await(20, TimeUnit.SECONDS));
    AtomicInteger builds = new AtomicInteger();
    List<Future<BufferedBody>> later = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      later.add(
          threads.submit(
              () ->
                  shared.get(
                      () -> {
                        builds.incrementAndGet();
                        return response();
                      })));
    }
    // All later requests wait for a build that has not begun; its thread waits for the lock.
    while (threadsWaiting() < 21) {
      Thread.onSpinWait();
    }
    finish.countDown();
    BufferedBody old = first.get(20, TimeUnit.SECONDS);
    BufferedBody newer = later.get(0).get(20, TimeUnit.SECONDS);
    assertNotSame(old, newer);
    for (Future<BufferedBody> other : later) {
      assertSame(newer, other.get(20, TimeUnit.SECONDS));
    }
    assertEquals(1, builds.get());
  }

  private static long threadsWaiting() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(e -> e.getKey().getName().startsWith("pool-"))
        .filter(
            e ->
                e.getKey().getState() == Thread.State.WAITING
                    || e.getKey().getState() == Thread.State.TIMED_WAITING)
        .filter(e -> List.of(e.getValue()).toString().contains("CoalescedResponse.get"))
        .count();
  }

  @Test
  void failedBuildDoesNotAffectLaterRequests() throws IOException {
    assertThrows(
        IOException.class,
        () ->
            shared.get(
                () -> {
                  throw new IOException("broken");
                }));
    BufferedBody fine = response();
    assertSame(fine, shared.get(() -> fine));
  }
}
