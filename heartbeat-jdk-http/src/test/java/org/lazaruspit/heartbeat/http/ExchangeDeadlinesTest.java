package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Time stands still here unless it is told not to, and one thread plays both parts. */
class ExchangeDeadlinesTest {

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final ExchangeDeadlines deadlines =
      new ExchangeDeadlines(
          new ExchangeDeadlines.Limits(
              Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(30)),
          now::get);

  /** Lets the watch see the part that has just begun. */
  private void seen() {
    deadlines.check(() -> true);
    assertFalse(Thread.interrupted());
  }

  private boolean interruptedAfter(Duration time, boolean othersWait) {
    now.addAndGet(time.toNanos());
    deadlines.check(() -> othersWait);
    return Thread.interrupted();
  }

  @Test
  void eachPartHasALimitOfItsOwn() {
    deadlines.run(
        () -> {
          seen();
          assertFalse(interruptedAfter(Duration.ofMillis(9_999), false));
          ExchangeDeadlines.readingBody();
          seen();
          assertFalse(interruptedAfter(Duration.ofMillis(19_999), false));
          ExchangeDeadlines.answering();
          seen();
          assertFalse(interruptedAfter(Duration.ofMillis(29_999), false));
          assertTrue(interruptedAfter(Duration.ofMillis(1), false));
        });
  }

  @Test
  void headIsLateAtItsLimit() {
    deadlines.run(
        () -> {
          seen();
          assertTrue(interruptedAfter(Duration.ofSeconds(10), false));
        });
  }

  @Test
  void whileOthersWaitATenthIsAllowed() {
    deadlines.run(
        () -> {
          seen();
          assertFalse(interruptedAfter(Duration.ofMillis(999), true));
          assertFalse(interruptedAfter(Duration.ofSeconds(2), false));
          assertTrue(interruptedAfter(Duration.ZERO, true));
        });
  }

  @Test
  void restingHasNoLimit() {
    deadlines.run(
        () -> {
          ExchangeDeadlines.resting();
          seen();
          assertFalse(interruptedAfter(Duration.ofDays(100), true));
        });
  }

  @Test
  void lateExchangeIsInterruptedOnce() {
    deadlines.run(
        () -> {
          seen();
          assertTrue(interruptedAfter(Duration.ofSeconds(10), false));
          assertFalse(interruptedAfter(Duration.ofSeconds(10), false));
        });
  }

  @Test
  void partThatBeganSinceTheLastLookHasItsWholeLimit() {
    deadlines.run(
        () -> {
          seen();
          ExchangeDeadlines.answering();
          assertFalse(interruptedAfter(Duration.ofHours(1), false));
          ExchangeDeadlines.answering();
          assertFalse(interruptedAfter(Duration.ofHours(1), false));
          assertTrue(interruptedAfter(Duration.ofSeconds(30), false));
        });
  }

  @Test
  void threadKeepsOnlyForeignInterruptions() {
    deadlines.run(
        () -> {
          seen();
          now.addAndGet(Duration.ofSeconds(10).toNanos());
          deadlines.check(() -> false);
        });
    assertFalse(Thread.interrupted());
    deadlines.run(() -> Thread.currentThread().interrupt());
    assertTrue(Thread.interrupted());
    assertEquals(0, deadlines.running());
    assertFalse(interruptedAfter(Duration.ofDays(1), true));
  }

  @Test
  void workIsInterruptedNeitherByLatenessNorByTheEnd() {
    deadlines.run(
        () -> {
          ExchangeDeadlines.working();
          seen();
          assertFalse(interruptedAfter(Duration.ofDays(100), true));
          deadlines.close();
          assertFalse(Thread.interrupted());
        });
  }

  @Test
  void interruptionThatComesTooLateForItsPartIsTakenBack() {
    deadlines.run(
        () -> {
          seen();
          now.addAndGet(Duration.ofSeconds(10).toNanos());
          deadlines.check(() -> false);
          ExchangeDeadlines.readingBody();
          assertTrue(Thread.currentThread().isInterrupted());
          ExchangeDeadlines.working();
          assertFalse(Thread.currentThread().isInterrupted());
        });
  }

  @Test
  void drainInterruptsIdleExchangesAndWaitsForOthers() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(2);
    List<String> ends = new CopyOnWriteArrayList<>();
    Thread drainer = Thread.currentThread();
    List<Thread> threads =
        List.of(
            new Thread(() -> deadlines.run(() -> rest(begun, ends))),
            new Thread(() -> deadlines.run(() -> answerDuringDrain(drainer, begun, ends))));
    threads.forEach(Thread::start);
    begun.await();
    deadlines.drain();
    assertEquals(Set.of("resting: interrupted", "answering: done"), Set.copyOf(ends));
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void rest(CountDownLatch begun, List<String> ends) {
    ExchangeDeadlines.resting();
    begun.countDown();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      ends.add("resting: interrupted");
    }
  }

  /** Ends only once the other thread waits in its drain. */
  private static void answerDuringDrain(Thread drainer, CountDownLatch begun, List<String> ends) {
    ExchangeDeadlines.answering();
    begun.countDown();
    while (drainer.isAlive() && drainer.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    ends.add(Thread.interrupted() ? "answering: interrupted" : "answering: done");
  }
}
