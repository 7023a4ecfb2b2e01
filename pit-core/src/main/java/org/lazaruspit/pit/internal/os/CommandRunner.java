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
 * Runs commands to their end, and reads their output meanwhile. Immutable and thread-safe.
 *
 * @param timeLimit the time after which a command and its descendants are killed
 * @param outputLimit the number of bytes of output to keep; the rest is read and dropped
 */
public record CommandRunner(Duration timeLimit, int outputLimit) {

  private static final int TICK_MILLIS = 5;

  /**
   * Runs a command without input. Descendants that outlive a command which ended in time are left
   * alone.
   *
   * @param environment variables to set beside the inherited ones
   * @throws IOException if the command cannot be started
   * @throws InterruptedException if the thread was interrupted; the command is then killed
   */
  public CommandExecution run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectInput(Redirect.from(new File("/dev/null")));
    builder.redirectErrorStream(true);
    Process process = builder.start();
    try (Output output = new Output(process.getInputStream(), outputLimit)) {
      boolean ended = await(process, output, System.nanoTime() + timeLimit.toNanos());
      int status = ended ? process.exitValue() : CommandExecution.TIMED_OUT;
      return new CommandExecution(status, output.text(), output.cutBytes);
    } finally {
      kill(process);
    }
  }

  private static boolean await(Process process, Output output, long deadline)
      throws IOException, InterruptedException {
    while (!process.waitFor(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
      output.readAvailable();
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
    }
    output.readAvailable();
    return true;
  }

  private static void kill(Process process) {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Output of a process, up to a limit. */
  private static final class Output implements AutoCloseable {

    private final InputStream pipe;
    private final int limit;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long cutBytes;

    Output(InputStream pipe, int limit) {
      this.pipe = pipe;
      this.limit = limit;
    }

    /** Never blocks: a descendant may hold the pipe open for ever, so its end is not awaited. */
    void readAvailable() throws IOException {
      byte[] bytes = pipe.readNBytes(pipe.available());
      int keep = Math.min(bytes.length, limit - kept.size());
      kept.write(bytes, 0, keep);
      cutBytes += bytes.length - keep;
    }

    String text() {
      return kept.toString(UTF_8).strip();
    }

    @Override
    public void close() throws IOException {
      pipe.close();
    }
  }
}
