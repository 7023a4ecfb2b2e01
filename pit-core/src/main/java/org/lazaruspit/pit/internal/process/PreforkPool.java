package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

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
 * Processes that wait to become agents. A start from a JVM costs a fork and three programs that do
 * their part and become the next one; one that waits in a session of its own takes the lock and
 * becomes the agent, and leaves half of the time. It is told all that an agent needs at once, as
 * data that no shell sees, and told nothing it ends, as all of them do when this JVM ends.
 *
 * <p>They are written in Perl, which most systems have: where there is none, nobody waits here, and
 * agents are started the longer way. Thread-safe.
 */
final class PreforkPool implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PreforkPool.class);

  /** So many deaths at once are met by one that waits; the next ones take the longer way. */
  private static final int WAITING = 2;

  /** By then the start that has used one up is over. */
  private static final long REFILL_AFTER_MILLIS = 100;

  private static final String SCRIPT = HelperScript.read("prefork-agent.pl");

  private final Optional<String> perl;
  private final Executor executor;
  private final Deque<Process> waiting = new ArrayDeque<>();
  private boolean closed;

  PreforkPool(ProgramLookup programs, Executor executor) {
    this.perl = programs.find("perl");
    this.executor = executor;
  }

  /** Has as many wait as should. */
  void fill() {
    try {
      for (int i = 0; i < WAITING && perl.isPresent(); i++) {
        addOne(perl.get());
      }
    } catch (IOException e) {
      log.debug("no process waits to become an agent", e);
    }
  }

  private static List<String> command(String perl) {
    String held = Integer.toString(AgentLock.HELD_STATUS);
    return List.of("setsid", perl, "-e", SCRIPT, held, AgentLock.START_PATIENCE);
  }

  private synchronized void addOne(String program) throws IOException {
    waiting.removeIf(process -> !process.isAlive());
    if (closed || waiting.size() >= WAITING) {
      return;
    }
    ProcessBuilder builder =
        new ProcessBuilder(command(program))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD);
    // What the agent is to know comes with the order, and nothing else is to change the script.
    builder.environment().clear();
    waiting.add(builder.start());
  }

  /**
   * Has one that waits become what this builder describes, under these locks.
   *
   * @param plain its command, directory, environment, and the file that its output goes to
   * @return empty where none waits, or the order cannot be written down
   */
  Optional<Process> become(ProcessBuilder plain, List<Path> locks) throws InterruptedException {
    Optional<byte[]> order = order(plain, locks);
    if (order.isEmpty() || !Objects.requireNonNull(plain.directory()).isDirectory()) {
      return Optional.empty();
    }
    for (Process one = next(); one != null; one = next()) {
      if (tell(one, order.get())) {
        refillLater();
        return Optional.of(one);
      }
      // It must not listen after all, once somebody else is started in its place.
      one.destroyForcibly().waitFor();
    }
    return Optional.empty();
  }

  /** The first that waits; null where none does. */
  synchronized @Nullable Process next() {
    return waiting.poll();
  }

  /** Has it wait again, before all others. */
  synchronized void putBack(Process one) {
    waiting.push(one);
  }

  private static boolean tell(Process one, byte[] order) {
    try (OutputStream pipe = one.getOutputStream()) {
      pipe.write(order);
      pipe.flush();
      return one.isAlive();
    } catch (IOException e) {
      log.debug("pid {} waited and does not listen", one.pid(), e);
      return false;
    }
  }

  private void refillLater() {
    Executor later =
        CompletableFuture.delayedExecutor(REFILL_AFTER_MILLIS, TimeUnit.MILLISECONDS, executor);
    try {
      later.execute(this::fill);
    } catch (RejectedExecutionException e) {
      log.debug("nobody waits any more, the pit closes");
    }
  }

  /** In the encoding that the JDK uses for programs and their arguments. */
  static Optional<byte[]> order(ProcessBuilder plain, List<Path> locks) {
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
    for (Process one : waiting) {
      try {
        one.getOutputStream().close();
      } catch (IOException e) {
        log.debug("it has ended already", e);
      }
    }
    waiting.clear();
  }
}
