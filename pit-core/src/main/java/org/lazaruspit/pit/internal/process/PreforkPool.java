package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pool of idle processes that become agents. A plain start costs a fork and a chain of three
 * programs; a preforked process already leads its session, takes the locks and becomes the agent in
 * half the time. It reads one message with all that the agent needs, as data that no shell sees. An
 * idle process ends with the JVM.
 *
 * <p>The processes run a Perl script. Without Perl the pool stays empty, and agents are started the
 * plain way. Thread-safe.
 */
final class PreforkPool implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PreforkPool.class);

  /** Starts beyond this number at once take the plain way. */
  private static final int SIZE = 2;

  /** By then the start that took a process is over. */
  private static final long REFILL_AFTER_MILLIS = 100;

  private static final String SCRIPT = HelperScript.read("prefork-agent.pl");

  private final Optional<String> perl;
  private final Executor executor;

  @GuardedBy("this")
  private final Deque<Process> idle = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean closed;

  PreforkPool(ProgramLookup programs, Executor executor) {
    this.perl = programs.find("perl");
    this.executor = executor;
  }

  /** Starts processes until the pool is full. */
  void fill() {
    try {
      for (int i = 0; i < SIZE && perl.isPresent(); i++) {
        add(perl.get());
      }
    } catch (IOException e) {
      log.debug("prefork pool cannot be filled", e);
    }
  }

  private static List<String> command(String perl) {
    String held = Integer.toString(AgentLock.HELD_STATUS);
    return List.of("setsid", perl, "-e", SCRIPT, held, AgentLock.START_PATIENCE);
  }

  private synchronized void add(String program) throws IOException {
    idle.removeIf(process -> !process.isAlive());
    if (closed || idle.size() >= SIZE) {
      return;
    }
    ProcessBuilder builder =
        new ProcessBuilder(command(program))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD);
    // The agent's variables come with the message; no other may change the script.
    builder.environment().clear();
    idle.add(builder.start());
  }

  /**
   * Turns an idle process into the described one, under these locks.
   *
   * @param plain the command, directory, environment and output file
   * @return empty if no process is idle, or the description cannot be encoded
   */
  Optional<Process> start(ProcessBuilder plain, List<Path> locks) throws InterruptedException {
    Optional<byte[]> message = encode(plain, locks);
    if (message.isEmpty() || !Objects.requireNonNull(plain.directory()).isDirectory()) {
      return Optional.empty();
    }
    for (Process process = take(); process != null; process = take()) {
      if (trySend(process, message.get())) {
        refillLater();
        return Optional.of(process);
      }
      // It must not become the agent after all, beside the one that is started in its place.
      process.destroyForcibly().waitFor();
    }
    return Optional.empty();
  }

  /** Removes and returns an idle process; null if all are taken. */
  synchronized @Nullable Process take() {
    return idle.poll();
  }

  /** Makes a process the next to be taken. */
  synchronized void putBack(Process process) {
    idle.push(process);
  }

  private static boolean trySend(Process process, byte[] message) {
    try (OutputStream pipe = process.getOutputStream()) {
      pipe.write(message);
      pipe.flush();
      return process.isAlive();
    } catch (IOException e) {
      log.debug("preforked process {} accepts no message", process.pid(), e);
      return false;
    }
  }

  private void refillLater() {
    Executor later =
        CompletableFuture.delayedExecutor(REFILL_AFTER_MILLIS, TimeUnit.MILLISECONDS, executor);
    try {
      later.execute(this::fill);
    } catch (RejectedExecutionException e) {
      log.debug("prefork pool not refilled: the reviver is closed");
    }
  }

  /** Encodes the message as the JDK encodes arguments; empty if a character has no encoding. */
  static Optional<byte[]> encode(ProcessBuilder plain, List<Path> locks) {
    List<String> fields = new ArrayList<>();
    fields.add(Objects.requireNonNull(plain.directory()).getPath());
    fields.add(Objects.requireNonNull(plain.redirectOutput().file()).getPath());
    Map<String, String> environment = plain.environment();
    fields.add(locks.size() + " " + environment.size());
    locks.forEach(file -> fields.add(file.toString()));
    environment.forEach(
        (name, value) -> {
          fields.add(name);
          fields.add(value);
        });
    fields.addAll(plain.command());
    String text = String.join("\0", fields) + "\0";
    try {
      Charset charset = Charset.forName(System.getProperty("native.encoding", "UTF-8"));
      ByteBuffer body = charset.newEncoder().encode(CharBuffer.wrap(text));
      byte[] length = (body.remaining() + "\n").getBytes(US_ASCII);
      return Optional.of(
          ByteBuffer.allocate(length.length + body.remaining()).put(length).put(body).array());
    } catch (CharacterCodingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    for (Process process : idle) {
      try {
        process.getOutputStream().close();
      } catch (IOException e) {
        log.debug("preforked process {} has already exited", process.pid(), e);
      }
    }
    idle.clear();
  }
}
