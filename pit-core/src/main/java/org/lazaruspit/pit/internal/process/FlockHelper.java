package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks locks of the flock(2) kind and waits for them, through a long-lived helper program: Java's
 * own file locks are of another kind (fcntl) and do not see them. In Perl, which most systems have,
 * a check takes a tenth of a millisecond; a shell has to start flock(1) for each check, which takes
 * ten times as long.
 *
 * <p>The helper and its waiting children form a session of their own and read from a pipe of this
 * JVM: all of them end with the JVM, however it ends. Thread-safe.
 */
final class FlockHelper implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FlockHelper.class);

  private static final String PERL = HelperScript.read("flock-helper.pl");
  private static final String SHELL = HelperScript.read("flock-helper.sh");
  private static final String HELD = Integer.toString(AgentLock.HELD_STATUS);

  /** Marks the helper and its children: a shell holds a lock's file open during a check. */
  static final String VARIABLE = "LAZARUS_FLOCK_HELPER";

  private final Executor executor;
  private final Map<Long, PendingRequest> pending = new ConcurrentHashMap<>();
  private final List<String> command;

  @GuardedBy("this")
  private @Nullable Process helper;

  @GuardedBy("this")
  private long lastNumber;

  @GuardedBy("this")
  private boolean closed;

  private record PendingRequest(Process helper, CompletableFuture<Integer> status) {}

  /** The first request starts the helper; a thread of the executor reads its responses. */
  FlockHelper(ProgramLookup programs, Executor executor) {
    this.executor = executor;
    this.command =
        programs
            .find("perl")
            .map(perl -> List.of("setsid", perl, "-e", PERL, HELD))
            .orElse(List.of("setsid", "sh", "-c", SHELL, "sh", HELD));
  }

  /** Returns whether all these locks are free; fails if that cannot be determined. */
  CompletableFuture<Boolean> isFree(List<Path> files) {
    return send("check", files).thenApply(status -> isFree(status, files));
  }

  private static boolean isFree(int status, List<Path> files) {
    if (status != 0 && status != AgentLock.HELD_STATUS) {
      throw new IllegalStateException("flock ended with " + status + " on " + files);
    }
    return status == 0;
  }

  /**
   * Completes within milliseconds after each of these locks was free once. Completes earlier if the
   * wait fails, so the caller has to check afterwards.
   */
  CompletableFuture<Void> whenFree(List<Path> files) {
    return send("await", files).handle((status, problem) -> null);
  }

  private synchronized CompletableFuture<Integer> send(String act, List<Path> files) {
    CompletableFuture<Integer> status = new CompletableFuture<>();
    long number = ++lastNumber;
    try {
      byte[] request = encode(act, number, files).getBytes(UTF_8);
      if (!trySend(request, number, status)) {
        helper = null; // exited, but not noticed yet
        if (!trySend(request, number, status)) {
          throw new IOException("flock helper accepts no requests");
        }
      }
    } catch (IOException | RejectedExecutionException e) {
      pending.remove(number);
      status.completeExceptionally(e);
    }
    return status;
  }

  /** Returns false if the helper does not accept the request. */
  @GuardedBy("this")
  private boolean trySend(byte[] request, long number, CompletableFuture<Integer> status)
      throws IOException {
    Process receiver = runningHelper();
    pending.put(number, new PendingRequest(receiver, status));
    try {
      OutputStream pipe = receiver.getOutputStream();
      pipe.write(request);
      pipe.flush();
      return true;
    } catch (IOException e) {
      log.debug("flock helper accepts no request", e);
      return false;
    }
  }

  private static String encode(String act, long number, List<Path> files) throws IOException {
    StringBuilder lines = new StringBuilder(act).append(' ').append(number).append('\n');
    for (int i = 0; i < 2; i++) {
      String file = i < files.size() ? files.get(i).toString() : "";
      if (file.indexOf('\n') >= 0) {
        throw new IOException("a line break in a lock's name: " + file);
      }
      lines.append(file).append('\n');
    }
    return lines.toString();
  }

  @GuardedBy("this")
  private Process runningHelper() throws IOException {
    if (closed) {
      throw new IOException("flock helper is closed");
    }
    if (helper == null || !helper.isAlive()) {
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.DISCARD);
      builder.environment().put(VARIABLE, "1");
      builder.environment().keySet().removeIf(name -> name.startsWith("PERL"));
      Process started = builder.start();
      executor.execute(() -> read(started));
      helper = started;
    }
    return helper;
  }

  private void read(Process from) {
    try (BufferedReader responses = from.inputReader(UTF_8)) {
      for (String line = responses.readLine(); line != null; line = responses.readLine()) {
        String[] numberAndStatus = line.split(" ", -1);
        PendingRequest request = pending.remove(Long.parseLong(numberAndStatus[0]));
        if (request != null) {
          request.status().complete(Integer.parseInt(numberAndStatus[1]));
        }
      }
    } catch (IOException e) {
      log.debug("flock helper cannot be read", e);
    }
    onExit(from);
  }

  /** Fails the requests of a helper that has exited; the next request starts a new one. */
  private void onExit(Process exited) {
    List<PendingRequest> failed = new ArrayList<>();
    synchronized (this) {
      if (!closed) {
        log.warn("flock helper exited; restarting on demand");
      }
      if (exited.equals(helper)) {
        helper = null;
      }
      pending.values().stream()
          .filter(request -> request.helper().equals(exited))
          .forEach(failed::add);
      pending.values().removeAll(failed);
    }
    failed.forEach(
        request -> request.status().completeExceptionally(new IOException("flock helper exited")));
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (helper != null) {
      try {
        helper.getOutputStream().close();
      } catch (IOException e) {
        log.debug("flock helper has already exited", e);
      }
    }
  }
}
