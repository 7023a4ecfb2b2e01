package org.lazaruspit.pit.internal.plugin;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of one plug-in: whatever it throws becomes an {@link IOException} that names it and the
 * call, and somebody else's code is not waited for longer than a limit. A call that does not return
 * is interrupted and left behind on its thread; the next one gets another. The built-in plug-ins
 * keep limits of their own and are called directly: a look at ten thousand agents must not cost ten
 * thousand changes of thread. Thread-safe.
 */
final class PluginCalls implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PluginCalls.class);

  /** So many threads may hang in one plug-in before it is not called any more. */
  static final int MOST_LEFT_BEHIND = 8;

  private final String plugin;
  private final Mode mode;
  private final ExecutorService threads;
  private final AtomicInteger leftBehind = new AtomicInteger();
  private final Set<String> said = ConcurrentHashMap.newKeySet();

  /** How a plug-in is called. */
  enum Mode {
    /** On the caller's thread, for built-in plug-ins, which keep limits of their own. */
    DIRECT,
    /** On a separate thread, for at most a limit of time. */
    LIMITED
  }

  /** What is called. */
  interface Call<T> {
    T run() throws IOException, InterruptedException;
  }

  /** What has no answer. */
  interface Act {
    void run() throws IOException, InterruptedException;
  }

  PluginCalls(PluginKind<?> kind, String name, Mode mode) {
    plugin = kind.word() + " " + name;
    this.mode = mode;
    threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "pit-plugin-" + name);
              thread.setDaemon(true);
              return thread;
            });
  }

  String plugin() {
    return plugin;
  }

  /**
   * Calls, and gives up waiting when the limit is over.
   *
   * @param tooLate gets what comes after that
   * @throws IOException what the plug-in threw, or why there is no answer
   * @throws InterruptedException if this thread was interrupted; the call is too
   */
  <T> T call(String what, Duration limit, Call<T> call, Consumer<T> tooLate)
      throws IOException, InterruptedException {
    return switch (mode) {
      case DIRECT -> directly(what, call);
      case LIMITED -> limited(what, limit, call, tooLate);
    };
  }

  /** The same for an act; what comes of it later is nobody's business. */
  void act(String what, Duration limit, Act act) throws IOException, InterruptedException {
    Call<Boolean> call =
        () -> {
          act.run();
          return true;
        };
    call(what, limit, call, ignored -> {});
  }

  /** An end, which is tried by a thread that was interrupted too. */
  void end(String what, Duration limit, Act act) {
    boolean interrupted = Thread.interrupted();
    try {
      act(what, limit, act);
    } catch (IOException e) {
      log.warn("{}", e.getMessage());
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private <T> T directly(String what, Call<T> call) throws IOException, InterruptedException {
    try {
      return notNull(what, call.run());
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      throw failure(what, e);
    }
  }

  private <T> T limited(String what, Duration limit, Call<T> call, Consumer<T> tooLate)
      throws IOException, InterruptedException {
    if (leftBehind.get() >= MOST_LEFT_BEHIND) {
      throw new IOException(
          "%s hangs in %d calls, so %s is not called".formatted(plugin, leftBehind.get(), what));
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    Future<?> running;
    try {
      running = threads.submit(() -> run(what, call, answer, tooLate));
    } catch (RejectedExecutionException e) {
      throw new IOException(plugin + " is closed", e);
    }
    try {
      return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw failure(what, e.getCause());
    } catch (TimeoutException e) {
      IOException late =
          new IOException(
              "%s did not return from %s within %s s and is left to itself"
                  .formatted(plugin, what, limit.toMillis() / 1000.0));
      abandon(answer, running, late);
      logOnce(late.getMessage(), late);
      throw late;
    } catch (InterruptedException e) {
      abandon(answer, running, e);
      throw e;
    }
  }

  private void abandon(CompletableFuture<?> answer, Future<?> running, Exception why) {
    if (answer.completeExceptionally(why)) {
      leftBehind.incrementAndGet();
      running.cancel(true);
    }
  }

  private <T> void run(
      String what, Call<T> call, CompletableFuture<T> answer, Consumer<T> tooLate) {
    try {
      T value = notNull(what, call.run());
      if (!answer.complete(value)) {
        leftBehind.decrementAndGet();
        log.warn("{} has returned from {} after all", plugin, what);
        tooLate.accept(value);
      }
    } catch (Throwable e) {
      if (!answer.completeExceptionally(e)) {
        leftBehind.decrementAndGet();
        log.debug("{} ended {} after all", plugin, what, e);
      }
    }
  }

  private <T> T notNull(String what, @Nullable T value) throws IOException {
    if (value == null) {
      throw new IOException("%s is broken: %s returned null".formatted(plugin, what));
    }
    return value;
  }

  /** An IOException is an answer, everything else a fault. */
  IOException failure(String what, @Nullable Throwable thrown) {
    if (thrown instanceof IOException answer) {
      return answer;
    }
    if (thrown != null) {
      FatalErrors.rethrowIfFatal(thrown);
    }
    String words = "%s is broken: %s threw %s".formatted(plugin, what, thrown);
    logOnce(words, thrown);
    return new IOException(words, thrown);
  }

  private void logOnce(@Nullable String words, @Nullable Throwable thrown) {
    if (said.size() < 1000 && said.add(String.valueOf(words))) {
      log.warn("{}", words, thrown);
    } else {
      log.debug("{}", words);
    }
  }

  /** Interrupts what still runs. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
