package org.lazaruspit.pit.builtin;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the kernel about locks of the flock(2) kind, and waits for them. Java's own file locks are
 * of another kind (fcntl) and don't see them, so one long-lived shell stands in: a question costs a
 * fork of that small process instead of a start from the JVM, and a third of the time.
 *
 * <p>The shell and whoever waits in it are a session of their own and read from a pipe of ours: the
 * moment this JVM ends, however it ends, all of them end. Thread-safe.
 */
final class LockDesk implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LockDesk.class);

  /**
   * Two files a question, the second may be empty. A file that isn't there is held by nobody. The
   * list of jobs is asked for because that is when a shell lets go of children that have ended.
   */
  private static final String SCRIPT =
      """
      ask() { [ ! -e "$1" ] || flock -s -n -E HELD 9 9<"$1"; }
      await() { [ ! -e "$1" ] || flock -s 9 9<"$1"; }
      while read -r act number && IFS= read -r one && IFS= read -r two; do
        jobs >/dev/null
        case $act in
          ask) ask "$one" && ask "$two"; echo "$number $?" ;;
          await) { await "$one" && await "$two"; echo "$number $?"; } & ;;
        esac
      done
      kill -KILL 0
      """
          .replace("HELD", Integer.toString(AgentLock.HELD_STATUS));

  /** The variable of all that only ask: a shell holds a file open while its child asks about it. */
  static final String MARK = "LAZARUS_LOCK_DESK";

  private final Executor executor;
  private final Map<Long, Question> open = new ConcurrentHashMap<>();
  private @Nullable Process shell;
  private long lastNumber;
  private boolean closed;

  /** What was asked of which shell. */
  private record Question(Process of, CompletableFuture<Integer> answer) {}

  /** The shell is started by the first question; its answers are read on a thread from here. */
  LockDesk(Executor executor) {
    this.executor = executor;
  }

  /** Whether nobody holds any of these locks; the future fails where that cannot be told. */
  CompletableFuture<Boolean> free(List<Path> files) {
    return send("ask", files).thenApply(status -> status == 0 || unless(status, files));
  }

  private static boolean unless(int status, List<Path> files) {
    if (status == AgentLock.HELD_STATUS) {
      return false;
    }
    throw new IllegalStateException("flock ended with " + status + " on " + files);
  }

  /**
   * Completes once each of these locks was free, within milliseconds of it; and earlier where the
   * waiting came to an untimely end, so that whoever waits has to ask then.
   */
  CompletableFuture<Void> freed(List<Path> files) {
    return send("await", files).handle((status, problem) -> null);
  }

  private synchronized CompletableFuture<Integer> send(String act, List<Path> files) {
    CompletableFuture<Integer> answer = new CompletableFuture<>();
    long number = ++lastNumber;
    try {
      byte[] question = question(act, number, files).getBytes(UTF_8);
      if (!tell(question, number, answer)) {
        shell = null; // it has ended, and its end was not heard of yet
        if (!tell(question, number, answer)) {
          throw new IOException("nobody can be asked about locks");
        }
      }
    } catch (IOException | RejectedExecutionException e) {
      open.remove(number);
      answer.completeExceptionally(e);
    }
    return answer;
  }

  /** False where the shell doesn't listen. */
  private boolean tell(byte[] question, long number, CompletableFuture<Integer> answer)
      throws IOException {
    Process listener = shell();
    open.put(number, new Question(listener, answer));
    try {
      OutputStream pipe = listener.getOutputStream();
      pipe.write(question);
      pipe.flush();
      return true;
    } catch (IOException e) {
      log.debug("the shell that asks about locks doesn't listen", e);
      return false;
    }
  }

  private static String question(String act, long number, List<Path> files) throws IOException {
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

  private Process shell() throws IOException {
    if (closed) {
      throw new IOException("closed: nothing is asked any more");
    }
    if (shell == null || !shell.isAlive()) {
      ProcessBuilder builder =
          new ProcessBuilder("setsid", "sh", "-c", SCRIPT).redirectError(Redirect.DISCARD);
      builder.environment().put(MARK, "asks");
      Process started = builder.start();
      executor.execute(() -> read(started));
      shell = started;
    }
    return shell;
  }

  private void read(Process from) {
    try (BufferedReader answers = from.inputReader(UTF_8)) {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        String[] numberAndStatus = line.split(" ", -1);
        Question question = open.remove(Long.parseLong(numberAndStatus[0]));
        if (question != null) {
          question.answer().complete(Integer.parseInt(numberAndStatus[1]));
        }
      }
    } catch (IOException e) {
      log.debug("the shell that asks about locks cannot be read", e);
    }
    ended(from);
  }

  /** Nobody answers what it was asked: whoever asked has to ask again, of a new shell. */
  private void ended(Process gone) {
    List<Question> unanswered = new ArrayList<>();
    synchronized (this) {
      if (!closed) {
        log.warn("the shell that asks about locks ended, another one is started when needed");
      }
      if (gone.equals(shell)) {
        shell = null;
      }
      open.values().stream().filter(asked -> asked.of().equals(gone)).forEach(unanswered::add);
      open.values().removeAll(unanswered);
    }
    unanswered.forEach(
        asked ->
            asked.answer().completeExceptionally(new IOException("nobody answers about locks")));
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (shell != null) {
      try {
        shell.getOutputStream().close();
      } catch (IOException e) {
        log.debug("it has ended already", e);
      }
    }
  }
}
