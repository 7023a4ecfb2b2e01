package org.lazaruspit.pit.internal.os;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How one command of the operator's ended.
 *
 * @param status its exit status, or {@link #TOO_LATE}
 * @param output the beginning of what it said, on one line
 */
public record CommandExecution(int status, String output) {

  static final int TOO_LATE = -1;

  private static final int KEPT_BYTES = 2000;
  private static final int TICK_MILLIS = 5;

  /**
   * Runs a command to its end, and kills it and its children when its time is over. Whatever it
   * says is read, and the beginning of it kept.
   *
   * @throws IOException if it cannot be started
   * @throws InterruptedException if the thread was interrupted; the command is then killed
   */
  public static CommandExecution run(
      List<String> command, Map<String, String> environment, Duration limit)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectInput(Redirect.from(new File("/dev/null")));
    builder.redirectErrorStream(true);
    Process process = builder.start();
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    try (InputStream said = process.getInputStream()) {
      boolean ended = await(process, said, kept, System.nanoTime() + limit.toNanos());
      return new CommandExecution(ended ? process.exitValue() : TOO_LATE, oneLine(kept));
    } finally {
      kill(process);
    }
  }

  /**
   * Reads only what is there: a child that the command has left behind may hold the pipe open for
   * ever, and must not hold us.
   */
  private static boolean await(
      Process process, InputStream said, ByteArrayOutputStream kept, long deadline)
      throws IOException, InterruptedException {
    while (!process.waitFor(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
      drain(said, kept);
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
    }
    drain(said, kept);
    return true;
  }

  private static void drain(InputStream said, ByteArrayOutputStream kept) throws IOException {
    int available = said.available();
    if (available > 0) {
      byte[] bytes = said.readNBytes(available);
      kept.write(bytes, 0, Math.min(bytes.length, KEPT_BYTES - kept.size()));
    }
  }

  private static String oneLine(ByteArrayOutputStream kept) {
    return kept.toString(UTF_8).strip().replaceAll("\\p{Cntrl}+", " ");
  }

  private static void kill(Process process) {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** How it ended, for people. */
  public String describe() {
    String end = status == TOO_LATE ? "did not end in time" : "ended with status " + status;
    return output.isEmpty() ? end : end + ": " + output;
  }
}
