package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes one answer at a time, for all who asked before its making began. So nobody gets an answer
 * that is older than the question, and however many ask, the work done is that of one after the
 * other: as databases do it with commits.
 */
@SuppressWarnings("ReferenceEquality") // whose future it is, is what matters
final class CoalescedResponse {

  /** Makes an answer. */
  @FunctionalInterface
  interface Making {
    BufferedBody make() throws IOException;
  }

  private final ReentrantLock making = new ReentrantLock();
  private @Nullable CompletableFuture<BufferedBody> next;

  /** An answer whose making begins after this call. */
  BufferedBody get(Making what) throws IOException {
    CompletableFuture<BufferedBody> mine = new CompletableFuture<>();
    CompletableFuture<BufferedBody> shared = join(mine);
    try {
      return shared == mine ? made(what, mine) : shared.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the answer");
    } catch (ExecutionException e) {
      // What befell the one who made it need not befall this one, too.
      return what.make();
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

  private BufferedBody made(Making what, CompletableFuture<BufferedBody> mine)
      throws IOException, InterruptedException {
    boolean locked = false;
    try {
      making.lockInterruptibly();
      locked = true;
      begin(mine);
      BufferedBody pages = what.make();
      mine.complete(pages);
      return pages;
    } finally {
      begin(mine);
      mine.completeExceptionally(new IOException("not made"));
      if (locked) {
        making.unlock();
      }
    }
  }
}
