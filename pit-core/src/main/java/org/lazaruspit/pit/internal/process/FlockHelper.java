package org.lazaruspit.pit.internal.process;

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
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the kernel about locks of the flock(2) kind, and waits for them. Java's own file locks are
 * of another kind (fcntl) and don't see them, so one long-lived clerk stands in. In Perl, which
 * most systems have, it asks by itself, in a tenth of a millisecond; as a shell it has to fork and
 * start flock(1) for each question, which takes ten times as long, and still a third of a start
 * from here.
 *
 * <p>The clerk and whoever waits for it are a session of their own and read from a pipe of ours:
 * the moment this JVM ends, however it ends, all of them end. Thread-safe.
 */
final class FlockHelper implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FlockHelper.class);

  private static final String PERL = HelperScript.read("flock-helper.pl");
  private static final String SHELL = HelperScript.read("flock-helper.sh");
  private static final String HELD = Integer.toString(AgentLock.HELD_STATUS);

  /** The variable of all that only ask: a shell holds a file open while its child asks about it. */
  static final String MARK = "LAZARUS_LOCK_DESK";

  private final Executor executor;
  private final Map<Long, Question> open = new ConcurrentHashMap<>();
  private final List<String> command;
  private @Nullable Process clerk;
  private long lastNumber;
  private boolean closed;

  /** What was asked of which clerk. */
  private record Question(Process of, CompletableFuture<Integer> answer) {}

  /** The clerk is started by the first question; its answers are read on a thread from here. */
  FlockHelper(ProgramLookup programs, Executor executor) {
    this.executor = executor;
    this.command =
        programs
            .find("perl")
            .map(perl -> List.of("setsid", perl, "-e", PERL, HELD))
            .orElse(List.of("setsid", "sh", "-c", SHELL, "sh", HELD));
  }

  /** Whether nobody holds any of these locks; the future fails where that cannot be told. */
  CompletableFuture<Boolean> isFree(List<Path> files) {
    return send("check", files).thenApply(status -> status == 0 || unless(status, files));
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
  CompletableFuture<Void> whenFree(List<Path> files) {
    return send("await", files).handle((status, problem) -> null);
  }

  private synchronized CompletableFuture<Integer> send(String act, List<Path> files) {
    CompletableFuture<Integer> answer = new CompletableFuture<>();
    long number = ++lastNumber;
    try {
      byte[] question = question(act, number, files).getBytes(UTF_8);
      if (!tell(question, number, answer)) {
        clerk = null; // it has ended, and its end was not heard of yet
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

  /** False where the clerk doesn't listen. */
  private boolean tell(byte[] question, long number, CompletableFuture<Integer> answer)
      throws IOException {
    Process listener = clerk();
    open.put(number, new Question(listener, answer));
    try {
      OutputStream pipe = listener.getOutputStream();
      pipe.write(question);
      pipe.flush();
      return true;
    } catch (IOException e) {
      log.debug("whoever asks about locks doesn't listen", e);
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

  private Process clerk() throws IOException {
    if (closed) {
      throw new IOException("closed: nothing is asked any more");
    }
    if (clerk == null || !clerk.isAlive()) {
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.DISCARD);
      builder.environment().put(MARK, "asks");
      builder.environment().keySet().removeIf(name -> name.startsWith("PERL"));
      Process started = builder.start();
      executor.execute(() -> read(started));
      clerk = started;
    }
    return clerk;
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
      log.debug("whoever asks about locks cannot be read", e);
    }
    ended(from);
  }

  /** Nobody answers what it was asked: whoever asked has to ask again, of a new one. */
  private void ended(Process gone) {
    List<Question> unanswered = new ArrayList<>();
    synchronized (this) {
      if (!closed) {
        log.warn("whoever asks about locks ended, another one is started when needed");
      }
      if (gone.equals(clerk)) {
        clerk = null;
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
    if (clerk != null) {
      try {
        clerk.getOutputStream().close();
      } catch (IOException e) {
        log.debug("it has ended already", e);
      }
    }
  }
}
