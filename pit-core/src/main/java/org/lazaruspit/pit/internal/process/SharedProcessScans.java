package org.lazaruspit.pit.internal.process;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One look at all processes serves everybody who asked before it began: two hundred deaths at once
 * cost a few looks, not two hundred. Thread-safe.
 */
final class SharedProcessScans {

  /** A look takes milliseconds, and a second on a machine with a hundred thousand processes. */
  private static final long LIMIT_SECONDS = 30;

  private final Executor executor;
  private @Nullable CompletableFuture<ProcessScan> next;
  private boolean running;

  SharedProcessScans(Executor executor) {
    this.executor = executor;
  }

  /** A look that begins after this call. */
  synchronized CompletableFuture<ProcessScan> next() {
    if (next != null) {
      return next;
    }
    CompletableFuture<ProcessScan> mine = new CompletableFuture<>();
    next = mine;
    if (!running) {
      begin();
    }
    return mine;
  }

  /** As above, waiting for it, but not for ever. */
  ProcessScan look() throws IOException, InterruptedException {
    try {
      return next().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "the machine's processes were not looked at within " + LIMIT_SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw new IOException("the machine's processes cannot be looked at", e.getCause());
    }
  }

  private synchronized void begin() {
    CompletableFuture<ProcessScan> mine = next;
    if (mine == null) {
      running = false;
      return;
    }
    running = true;
    next = null;
    try {
      executor.execute(() -> scan(mine));
    } catch (RejectedExecutionException e) {
      running = false;
      mine.completeExceptionally(e);
    }
  }

  private void scan(CompletableFuture<ProcessScan> mine) {
    try {
      mine.complete(ProcessScan.now(executor));
    } catch (IOException | RuntimeException e) {
      mine.completeExceptionally(e);
    } finally {
      begin();
    }
  }
}
