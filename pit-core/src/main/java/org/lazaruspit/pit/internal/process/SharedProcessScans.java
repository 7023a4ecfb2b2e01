package org.lazaruspit.pit.internal.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Process scans that callers share: one scan serves all calls before its beginning, so two hundred
 * deaths at once cost a few scans. Thread-safe.
 */
final class SharedProcessScans {

  /** A scan takes milliseconds, or a second with a hundred thousand processes. */
  private static final long LIMIT_SECONDS = 30;

  private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Executor executor;

  @GuardedBy("this")
  private @Nullable CompletableFuture<ProcessScan> next;

  @GuardedBy("this")
  private @Nullable CompletableFuture<ProcessScan> last;

  @GuardedBy("this")
  private long lastStartedNanos;

  @GuardedBy("this")
  private boolean running;

  SharedProcessScans(Executor executor) {
    this.executor = executor;
  }

  /** Returns a scan that begins after this call. */
  synchronized CompletableFuture<ProcessScan> next() {
    if (next != null) {
      return next;
    }
    CompletableFuture<ProcessScan> scan = new CompletableFuture<>();
    next = scan;
    if (!running) {
      startNext();
    }
    return scan;
  }

  /** Waits for {@link #next}, 30 s at most. */
  ProcessScan awaitNext() throws IOException, InterruptedException {
    return await(next());
  }

  /** Waits for a scan that began up to a second before this call. */
  ProcessScan awaitRecent() throws IOException, InterruptedException {
    return await(recent());
  }

  private synchronized CompletableFuture<ProcessScan> recent() {
    return last != null
            && !last.isCompletedExceptionally()
            && System.nanoTime() - lastStartedNanos < RECENT_NANOS
        ? last
        : next();
  }

  private static ProcessScan await(CompletableFuture<ProcessScan> scan)
      throws IOException, InterruptedException {
    try {
      return scan.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException("process scan not finished within " + LIMIT_SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw new IOException("process scan failed", e.getCause());
    }
  }

  private synchronized void startNext() {
    CompletableFuture<ProcessScan> scan = next;
    if (scan == null) {
      running = false;
      return;
    }
    running = true;
    next = null;
    last = scan;
    lastStartedNanos = System.nanoTime();
    try {
      executor.execute(() -> run(scan));
    } catch (RejectedExecutionException e) {
      running = false;
      scan.completeExceptionally(e);
    }
  }

  private void run(CompletableFuture<ProcessScan> scan) {
    try {
      scan.complete(ProcessScan.now(executor));
    } catch (IOException | RuntimeException e) {
      scan.completeExceptionally(e);
    } finally {
      startNext();
    }
  }
}
