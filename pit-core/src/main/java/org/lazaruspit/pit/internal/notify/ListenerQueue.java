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
 * Queue of events for listeners. Calls listeners in order on a separate thread, so that a listener
 * cannot delay or deadlock the pit. An exception of a listener is logged and affects no other. The
 * queue is bounded: when it is full, new events are dropped and counted in the log. Thread-safe.
 */
public final class ListenerQueue implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ListenerQueue.class);
  private static final int CAPACITY = 10_000;
  private static final long CLOSE_SECONDS = 5;

  private final List<PitListener> listeners;
  private final Runnable afterEachLine;
  private final ThreadPoolExecutor thread;
  private final AtomicLong dropped = new AtomicLong();

  public ListenerQueue(List<PitListener> listeners, Runnable afterEachLine, ThreadFactory threads) {
    this.listeners = List.copyOf(listeners);
    this.afterEachLine = afterEachLine;
    this.thread =
        new ThreadPoolExecutor(
            1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(CAPACITY), threads);
  }

  public void lineWritten() {
    afterEachLine.run();
  }

  public void revivalChanged(Revival revival) {
    enqueue("change of revival " + revival.id(), listener -> listener.revivalChanged(revival));
  }

  public void roundEnded(PitReport report, Duration took) {
    enqueue("end of a round", listener -> listener.roundEnded(report, took));
  }

  public void failureDetected(FailureDetection detection) {
    enqueue("failure of " + detection.agent(), listener -> listener.failureDetected(detection));
  }

  public void journalWritten(JournalWrite write) {
    enqueue("write to a journal", listener -> listener.journalWritten(write));
  }

  public void heartbeatForwarded(ForwardedHeartbeat heartbeat) {
    enqueue(
        "heartbeat of " + heartbeat.agent(), listener -> listener.heartbeatForwarded(heartbeat));
  }

  private void enqueue(String event, Consumer<PitListener> call) {
    if (listeners.isEmpty()) {
      return;
    }
    try {
      thread.execute(
          () -> {
            listeners.forEach(listener -> call(listener, event, call));
            logDropped();
          });
    } catch (RejectedExecutionException e) {
      drop(event);
    }
  }

  /** Logs the first of many; {@link #logDropped} logs their number. */
  private void drop(String event) {
    if (thread.isShutdown()) {
      log.debug("listeners: {} dropped: the pit closes", event);
    } else if (dropped.incrementAndGet() == 1) {
      log.warn("listeners: {} dropped: {} events are waiting", event, CAPACITY);
    }
  }

  /** Logs the number of dropped events once the queue is empty. */
  private void logDropped() {
    if (dropped.get() > 0 && thread.getQueue().isEmpty()) {
      log.warn("listeners: {} events dropped", dropped.getAndSet(0));
    }
  }

  private static void call(PitListener listener, String event, Consumer<PitListener> call) {
    try {
      call.accept(listener);
    } catch (RuntimeException e) {
      log.warn("listener {}: {} failed", listener.getClass().getName(), event, e);
    }
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        log.warn("listeners: a call did not return within {} s; abandoned", CLOSE_SECONDS);
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
