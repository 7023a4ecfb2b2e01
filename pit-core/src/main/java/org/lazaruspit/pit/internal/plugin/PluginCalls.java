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
 * Calls a plug-in, within limits of time. Exceptions become an {@link IOException} that names the
 * plug-in and the call. A call that exceeds its limit is interrupted and abandoned on its thread;
 * the next call gets another thread. Built-in plug-ins have limits of their own and are called
 * directly, to save ten thousand thread switches per ten thousand agents. Thread-safe.
 */
final class PluginCalls implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PluginCalls.class);

  /** Number of abandoned calls from which on a plug-in is no longer called. */
  static final int MAX_ABANDONED = 8;

  private final String plugin;
  private final Mode mode;
  private final ExecutorService threads;
  private final AtomicInteger abandoned = new AtomicInteger();
  private final Set<String> logged = ConcurrentHashMap.newKeySet();

  /** How a plug-in is called. */
  enum Mode {
    /** On the caller's thread, for built-in plug-ins, which keep limits of their own. */
    DIRECT,
    /** On a separate thread, for at most a limit of time. */
    LIMITED
  }

  /** Call with a result. */
  interface Call<T> {
    T run() throws IOException, InterruptedException;
  }

  /** Call without a result. */
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
   * Calls, and abandons the call at the limit.
   *
   * @param tooLate receives a result that comes later
   * @throws IOException if the plug-in fails, or exceeds the limit
   * @throws InterruptedException if this thread was interrupted; the call is interrupted too
   */
  <T> T call(String method, Duration limit, Call<T> call, Consumer<T> tooLate)
      throws IOException, InterruptedException {
    return switch (mode) {
      case DIRECT -> directly(method, call);
      case LIMITED -> limited(method, limit, call, tooLate);
    };
  }

  /** Calls without a result; later outcomes are ignored. */
  void act(String method, Duration limit, Act act) throws IOException, InterruptedException {
    Call<Boolean> call =
        () -> {
          act.run();
          return true;
        };
    call(method, limit, call, ignored -> {});
  }

  /** Calls a close, even on an interrupted thread; logs failures. */
  void end(String method, Duration limit, Act act) {
    boolean interrupted = Thread.interrupted();
    try {
      act(method, limit, act);
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

  private <T> T directly(String method, Call<T> call) throws IOException, InterruptedException {
    try {
      return notNull(method, call.run());
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      throw failure(method, e);
    }
  }

  private <T> T limited(String method, Duration limit, Call<T> call, Consumer<T> tooLate)
      throws IOException, InterruptedException {
    if (abandoned.get() >= MAX_ABANDONED) {
      throw new IOException(
          "%s: %d calls have not returned; %s is not called"
              .formatted(plugin, abandoned.get(), method));
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    Future<?> running;
    try {
      running = threads.submit(() -> run(method, call, answer, tooLate));
    } catch (RejectedExecutionException e) {
      throw new IOException(plugin + ": is closed", e);
    }
    try {
      return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw failure(method, e.getCause());
    } catch (TimeoutException e) {
      IOException late =
          new IOException(
              "%s: %s did not return within %s s; abandoned"
                  .formatted(plugin, method, limit.toMillis() / 1000.0));
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
      abandoned.incrementAndGet();
      running.cancel(true);
    }
  }

  private <T> void run(
      String method, Call<T> call, CompletableFuture<T> answer, Consumer<T> tooLate) {
    try {
      T value = notNull(method, call.run());
      if (!answer.complete(value)) {
        abandoned.decrementAndGet();
        log.warn("{}: {} returned after its limit", plugin, method);
        tooLate.accept(value);
      }
    } catch (Throwable e) {
      if (!answer.completeExceptionally(e)) {
        abandoned.decrementAndGet();
        log.debug("{}: {} failed after its limit", plugin, method, e);
      }
    }
  }

  private <T> T notNull(String method, @Nullable T value) throws IOException {
    if (value == null) {
      throw new IOException("%s: %s returned null".formatted(plugin, method));
    }
    return value;
  }

  /** Returns an IOException as it is, and wraps all other exceptions. */
  IOException failure(String method, @Nullable Throwable thrown) {
    if (thrown instanceof IOException declared) {
      return declared;
    }
    if (thrown != null) {
      FatalErrors.rethrowIfFatal(thrown);
    }
    String message = "%s: %s threw %s".formatted(plugin, method, thrown);
    logOnce(message, thrown);
    return new IOException(message, thrown);
  }

  private void logOnce(@Nullable String message, @Nullable Throwable thrown) {
    if (logged.size() < 1000 && logged.add(String.valueOf(message))) {
      log.warn("{}", message, thrown);
    } else {
      log.debug("{}", message);
    }
  }

  /** Interrupts running calls. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
