package org.lazaruspit.heartbeat.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Builds one response at a time for all requests that arrived before the build began. So no
 * response is older than its request, and any number of requests costs one build after the other,
 * like group commits in databases. Thread-safe.
 */
@SuppressWarnings("ReferenceEquality") // identity of the future matters
final class CoalescedResponse {

  /** Builds a response. */
  @FunctionalInterface
  interface Build {
    BufferedBody run() throws IOException;
  }

  private final ReentrantLock buildLock = new ReentrantLock();

  @GuardedBy("this")
  private @Nullable CompletableFuture<BufferedBody> next;

  /** Returns a response whose build begins after this call. */
  BufferedBody get(Build build) throws IOException {
    CompletableFuture<BufferedBody> mine = new CompletableFuture<>();
    CompletableFuture<BufferedBody> shared = join(mine);
    try {
      return shared == mine ? build(build, mine) : shared.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the response");
    } catch (ExecutionException e) {
      // A failure of the shared build need not affect this request.
      return build.run();
    }
  }

  private synchronized CompletableFuture<BufferedBody> join(CompletableFuture<BufferedBody> mine) {
    if (next == null) {
      next = mine;
    }
    return next;
  }

  private synchronized void begin(CompletableFuture<BufferedBody> mine) {
    if (next == mine) {
      next = null;
    }
  }

  private BufferedBody build(Build build, CompletableFuture<BufferedBody> mine)
      throws IOException, InterruptedException {
    boolean locked = false;
    try {
      buildLock.lockInterruptibly();
      locked = true;
      begin(mine);
      BufferedBody body = build.run();
      mine.complete(body);
      return body;
    } finally {
      begin(mine);
      mine.completeExceptionally(new IOException("response not built"));
      if (locked) {
        buildLock.unlock();
      }
    }
  }
}
