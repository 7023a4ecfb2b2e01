package org.lazaruspit.pit.internal.notify;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.lazaruspit.pit.FailureDetection;
import org.lazaruspit.pit.ForwardedHeartbeat;
import org.lazaruspit.pit.JournalWrite;
import org.lazaruspit.pit.PitListener;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.Revival;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the listeners, in order and on a thread of their own, so that none of them can hold up or
 * deadlock the pit: one that throws is named in the log and hurts no other. What they have not
 * taken in is bounded: past that the newest is dropped and said so. Thread-safe.
 */
public final class ListenerQueue implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ListenerQueue.class);
  private static final int WAITING = 10_000;
  private static final long CLOSE_SECONDS = 5;

  private final List<PitListener> listeners;
  private final Runnable afterEachLine;
  private final ThreadPoolExecutor thread;
  private final AtomicLong missed = new AtomicLong();

  public ListenerQueue(List<PitListener> listeners, Runnable afterEachLine, ThreadFactory threads) {
    this.listeners = List.copyOf(listeners);
    this.afterEachLine = afterEachLine;
    this.thread =
        new ThreadPoolExecutor(
            1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), threads);
  }

  public void lineWritten() {
    afterEachLine.run();
  }

  public void revivalChanged(Revival revival) {
    tell("a change of revival " + revival.id(), listener -> listener.revivalChanged(revival));
  }

  public void roundEnded(PitReport report, Duration took) {
    tell("the end of a round", listener -> listener.roundEnded(report, took));
  }

  public void troubleDetected(FailureDetection detection) {
    tell("trouble of " + detection.agent(), listener -> listener.troubleDetected(detection));
  }

  public void journalWritten(JournalWrite write) {
    tell("what a journal holds", listener -> listener.journalWritten(write));
  }

  public void heartbeatPassed(ForwardedHeartbeat heartbeat) {
    tell("a heartbeat of " + heartbeat.agent(), listener -> listener.heartbeatPassed(heartbeat));
  }

  private void tell(String event, Consumer<PitListener> call) {
    if (listeners.isEmpty()) {
      return;
    }
    try {
      thread.execute(
          () -> {
            listeners.forEach(listener -> tell(listener, event, call));
            sayWhatWasMissed();
          });
    } catch (RejectedExecutionException e) {
      missed(event);
    }
  }

  /** Said once: whoever is so slow misses thousands. */
  private void missed(String event) {
    if (thread.isShutdown()) {
      log.debug("listeners are not told of {}: the pit closes", event);
    } else if (missed.incrementAndGet() == 1) {
      log.warn("listeners are not told of {}, as {} other messages wait for them", event, WAITING);
    }
  }

  /** They have caught up. */
  private void sayWhatWasMissed() {
    if (missed.get() > 0 && thread.getQueue().isEmpty()) {
      log.warn("listeners were not told of {} messages", missed.getAndSet(0));
    }
  }

  private static void tell(PitListener listener, String event, Consumer<PitListener> call) {
    try {
      call.accept(listener);
    } catch (RuntimeException e) {
      log.warn("listener {} failed on {}", listener.getClass().getName(), event, e);
    }
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        log.warn("a listener did not end within {} s and is left to itself", CLOSE_SECONDS);
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
