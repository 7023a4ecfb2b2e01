package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.internal.os.ProcFs.ProcessId;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warm process that forks a keeper for each agent. A keeper holds the agent's locks, adopts orphans
 * of the agent's tree, records the status of the first process, and exits after the last process: a
 * proof that a descendant cannot escape except by a kill of the keeper. Keepers outlive this JVM;
 * the template ends with it.
 *
 * <p>The template is a Perl script. Without Perl, or on an unknown processor, there are no keepers.
 * Thread-safe.
 */
final class KeeperTemplate implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(KeeperTemplate.class);

  private static final String SCRIPT = HelperScript.read("keeper.pl");

  /** Reads the script from its input: process lists show the names of agents, not the script. */
  private static final String LOADER =
      "my $n = shift; my $s = ''; while (length $s < $n) { sysread STDIN, $s, $n - length $s, length $s"
          + " or exit } eval $s; # "
          + "lazarus-keeper ".repeat(4);

  /** Above the two seconds that a keeper waits for a lock. */
  private static final long START_LIMIT_SECONDS = 10;

  private final Optional<String> perl;
  private final Executor executor;
  private final Map<Long, Kept> kept = new ConcurrentHashMap<>();

  @GuardedBy("this")
  private @Nullable Process template;

  @GuardedBy("this")
  private long lastNumber;

  @GuardedBy("this")
  private boolean closed;

  /** Reports about one agent, in this order, on the thread that reads them. */
  interface Listener {

    /**
     * Called when the first process has ended.
     *
     * @param status the status, as of wait(2)
     * @param last whether no process of the tree is left
     */
    void firstEnded(int status, boolean last);

    /** Called when the last process of the tree has ended, after the first. */
    void lastEnded();

    /** Called when no report follows: the keeper was killed, or the template ended. */
    void lost();
  }

  /** Agent that was started, and the keeper of it. */
  record Started(ProcessId keeper, ProcessId first) {}

  private static final class Kept {
    final Process template;
    final Listener listener;
    final CompletableFuture<Started> started = new CompletableFuture<>();
    volatile boolean firstEnded;

    Kept(Process template, Listener listener) {
      this.template = template;
      this.listener = listener;
    }
  }

  KeeperTemplate(ProgramLookup programs, Executor executor) {
    this.perl = programs.find("perl");
    this.executor = executor;
  }

  /** Starts the template unless it runs. */
  void warmUp() {
    try {
      synchronized (this) {
        runningTemplate();
      }
    } catch (IOException e) {
      log.debug("keeper template not started", e);
    }
  }

  /**
   * Starts an agent under a keeper, and returns when its record is written.
   *
   * @param name name of the agent in process lists
   * @param plain the command, directory, environment and output file
   * @param locks one lock or two, which exist
   * @param records one record file or two, which exist
   * @param recordHead the first lines of the record
   * @return empty if there are no keepers, or the start cannot be encoded
   * @throws IOException if the start failed, or another process holds a lock
   */
  Optional<Started> start(
      String name,
      ProcessBuilder plain,
      List<Path> locks,
      List<Path> records,
      String recordHead,
      Listener listener)
      throws IOException, InterruptedException {
    Kept agent;
    long number;
    synchronized (this) {
      Process process = runningTemplate();
      number = ++lastNumber;
      Optional<byte[]> message = encode(fields(number, name, plain, locks, records, recordHead));
      if (process == null || message.isEmpty()) {
        return Optional.empty();
      }
      agent = new Kept(process, listener);
      kept.put(number, agent);
      // A stopped template reads no message, and would block this call and every later one.
      CompletableFuture.delayedExecutor(START_LIMIT_SECONDS, TimeUnit.SECONDS, executor)
          .execute(() -> abandon(number, agent));
      send(process, number, message.get());
    }
    return Optional.of(awaitStart(number, agent));
  }

  @GuardedBy("this")
  private void send(Process process, long number, byte[] message) throws IOException {
    try {
      OutputStream pipe = process.getOutputStream();
      pipe.write(message);
      pipe.flush();
    } catch (IOException e) {
      kept.remove(number);
      process.destroyForcibly(); // a part of a message starts no agent
      template = null;
      throw new IOException("keeper template accepts no start: " + e.getMessage(), e);
    }
  }

  private Started awaitStart(long number, Kept agent) throws IOException, InterruptedException {
    try {
      return agent.started.get(START_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      kept.remove(number);
      Throwable cause = e.getCause();
      throw new IOException(cause == null ? "not started" : cause.getMessage(), e);
    } catch (TimeoutException e) {
      abandon(number, agent);
      throw new IOException("keeper not started within " + START_LIMIT_SECONDS + " s", e);
    } catch (InterruptedException e) {
      abandon(number, agent);
      throw e;
    }
  }

  /** Ends the template before it can start this agent late, beside another one. */
  private void abandon(long number, Kept agent) {
    if (!agent.started.isDone()) {
      kept.remove(number);
      agent.template.destroyForcibly();
    }
  }

  private static List<String> fields(
      long number,
      String name,
      ProcessBuilder plain,
      List<Path> locks,
      List<Path> records,
      String recordHead) {
    List<String> fields = new ArrayList<>();
    Map<String, String> environment = plain.environment();
    fields.add(Long.toString(number));
    fields.add(name);
    for (List<Path> files : List.of(locks, records)) {
      fields.add(files.get(0).toString());
      fields.add(files.size() > 1 ? files.get(1).toString() : "");
    }
    fields.add(recordHead);
    fields.add(Objects.requireNonNull(plain.directory()).getPath());
    fields.add(Objects.requireNonNull(plain.redirectOutput().file()).getPath());
    fields.add(Integer.toString(environment.size()));
    environment.forEach(
        (variable, value) -> {
          fields.add(variable);
          fields.add(value);
        });
    fields.addAll(plain.command());
    return fields;
  }

  /** Encodes a message as the JDK encodes arguments; empty if a character has no encoding. */
  static Optional<byte[]> encode(List<String> fields) {
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

  /** Returns the template; null if there are no keepers on this machine. */
  @GuardedBy("this")
  private @Nullable Process runningTemplate() throws IOException {
    if (closed) {
      throw new IOException("keeper template is closed");
    }
    if (perl.isPresent() && (template == null || !template.isAlive())) {
      template = launch(perl.get());
    }
    return template;
  }

  private Process launch(String program) throws IOException {
    byte[] script = SCRIPT.getBytes(UTF_8);
    ProcessBuilder builder =
        new ProcessBuilder(
                "setsid",
                program,
                "-e",
                LOADER,
                Integer.toString(script.length),
                AgentLock.START_PATIENCE)
            .redirectError(Redirect.DISCARD);
    // The agent's variables come with the message; no other may change the script.
    builder.environment().clear();
    builder.environment().put(FlockHelper.VARIABLE, "1");
    Process process = builder.start();
    process.getOutputStream().write(script);
    process.getOutputStream().flush();
    executor.execute(() -> read(process));
    return process;
  }

  private void read(Process from) {
    try (BufferedReader reports = from.inputReader(UTF_8)) {
      for (String line = reports.readLine(); line != null; line = reports.readLine()) {
        handle(line.split(" ", 3));
      }
    } catch (IOException e) {
      log.debug("keeper template cannot be read", e);
    } finally {
      onExit(from);
    }
  }

  /** Handles {@code NUMBER EVENT VALUES}, see the script. */
  private void handle(String[] report) {
    long number = Long.parseLong(report[0]);
    Kept agent = kept.get(number);
    if (agent == null) {
      return;
    }
    String values = report.length > 2 ? report[2] : "";
    switch (report[1]) {
      case "started" -> agent.started.complete(started(values.split(" ", -1)));
      case "held" ->
          agent.started.completeExceptionally(
              new IOException("refused by the kernel: another process holds its lock"));
      case "failed" ->
          agent.started.completeExceptionally(new IOException("keeper failed: " + values));
      case "ended" -> {
        agent.firstEnded = true;
        agent.listener.firstEnded(Integer.parseInt(values), false);
      }
      case "gone" -> {
        kept.remove(number);
        if (agent.firstEnded) {
          agent.listener.lastEnded();
        } else {
          agent.listener.firstEnded(Integer.parseInt(values), true);
        }
      }
      case "keeper" -> lost(number, agent);
      default -> log.debug("report of keeper {} not understood: {}", number, report[1]);
    }
  }

  private static Started started(String[] numbers) {
    return new Started(
        new ProcessId(Long.parseLong(numbers[0]), Long.parseLong(numbers[1])),
        new ProcessId(Long.parseLong(numbers[2]), Long.parseLong(numbers[3])));
  }

  private void lost(long number, Kept agent) {
    if (kept.remove(number, agent)
        && !agent.started.completeExceptionally(new IOException("its keeper ended"))
        && !agent.started.isCompletedExceptionally()) {
      agent.listener.lost();
    }
  }

  /** Keepers run on without their template, but their reports end. */
  private void onExit(Process exited) {
    synchronized (this) {
      if (!closed) {
        log.warn("keeper template exited; restarting on demand");
      }
      if (exited.equals(template)) {
        template = null;
      }
    }
    kept.forEach(
        (number, agent) -> {
          if (agent.template.equals(exited)) {
            lost(number, agent);
          }
        });
  }

  @Override
  public void close() {
    Process ended;
    synchronized (this) {
      closed = true;
      ended = template;
      template = null;
    }
    kept.clear();
    if (ended != null) {
      try {
        ended.getOutputStream().close();
      } catch (IOException e) {
        log.debug("keeper template has already exited", e);
      }
    }
  }
}
