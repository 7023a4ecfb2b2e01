package org.lazaruspit.pit;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the listeners, in order and on a thread of their own, so that none of them can hold up or
 * deadlock the pit: one that throws is named in the log and hurts no other. What they have not
 * taken in is bounded: past that the newest is dropped and said so. Thread-safe.
 */
final class Listeners implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Listeners.class);
  private static final int WAITING = 10_000;
  private static final long CLOSE_SECONDS = 5;

  private final List<PitListener> listeners;
  private final Runnable afterEachLine;
  private final ThreadPoolExecutor thread;

  Listeners(List<PitListener> listeners, Runnable afterEachLine, ThreadFactory threads) {
    this.listeners = List.copyOf(listeners);
    this.afterEachLine = afterEachLine;
    this.thread =
        new ThreadPoolExecutor(
            1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), threads);
  }

  void lineWritten() {
    afterEachLine.run();
  }

  void revivalChanged(Revival revival) {
    tell("a change of revival " + revival.id(), listener -> listener.revivalChanged(revival));
  }

  void roundEnded(PitReport report) {
    tell("the end of a round", listener -> listener.roundEnded(report));
  }

  private void tell(String event, Consumer<PitListener> call) {
    if (listeners.isEmpty()) {
      return;
    }
    try {
      thread.execute(() -> listeners.forEach(listener -> tell(listener, event, call)));
    } catch (RejectedExecutionException e) {
      log.warn("listeners are not told of {}: {} others wait, or the pit closes", event, WAITING);
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
