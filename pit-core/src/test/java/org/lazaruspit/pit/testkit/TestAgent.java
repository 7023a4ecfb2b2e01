package org.lazaruspit.pit.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/**
 * Agent process for tests: records each start, sends heartbeats, and behaves by its first argument.
 * Needs only a JDK.
 */
public final class TestAgent {

  private static final String IN_THE_CELL = "artifacts/classes";

  /** Class path of agents in their cells. */
  public static final String CLASS_PATH =
      IN_THE_CELL + ":" + Path.of("target", "test-classes").toAbsolutePath();

  private TestAgent() {}

  /** Copies the class into a cell, for agents whose sandbox hides the build folder. */
  public static void copyTo(Path cell) throws IOException {
    String name = TestAgent.class.getName().replace('.', '/') + ".class";
    Path copy = cell.resolve(IN_THE_CELL).resolve(name);
    Files.createDirectories(copy.getParent());
    try (InputStream original = TestAgent.class.getResourceAsStream("/" + name)) {
      Files.copy(original, copy);
    }
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    String id = System.getenv("LAZARUS_AGENT_ID");
    String checkpoint = System.getenv("LAZARUS_CHECKPOINT");
    String state =
        checkpoint.isEmpty() ? "none" : Files.readString(Path.of(checkpoint, "state.json")).strip();
    Path diary = Path.of(System.getenv("LAZARUS_CELL"), "artifacts", id);
    FileChannel alive =
        FileChannel.open(
            Path.of(diary + ".alive"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (alive.tryLock() == null) {
      state = "TWICE: another of me runs";
    }
    if (args[0].equals("fork") && !fork(diary)) {
      state = "TWICE: a child of another of me runs";
    }
    Files.writeString(
        Path.of(diary + ".starts"),
        "%s %d %s%n"
            .formatted(System.getenv("LAZARUS_INCARNATION"), ProcessHandle.current().pid(), state),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    if (args[0].equals("crash")) {
      System.exit(3);
    }
    boolean byFile = args[0].equals("file");
    while ((byFile ? write() : beat()) != 409) {
      LockSupport.parkNanos(200_000_000L);
    }
  }

  /**
   * Starts a child in a session of its own, which outlives its parent and holds a lock. Returns
   * false if another child holds the lock.
   */
  private static boolean fork(Path diary) throws IOException, InterruptedException {
    String lock = diary + ".child";
    boolean free =
        new ProcessBuilder("flock", "-n", lock, "true").inheritIO().start().waitFor() == 0;
    new ProcessBuilder("setsid", "flock", "-F", lock, "sleep", "600").inheritIO().start();
    return free;
  }

  /**
   * Writes a heartbeat file, for an agent without a network; not atomic, so that the pit may read a
   * part.
   */
  private static int write() throws IOException {
    Files.writeString(
        Path.of(System.getenv("LAZARUS_HEARTBEAT_FILE")),
        "{\"incarnation\": %s, \"progress\": \"%d\"}"
            .formatted(System.getenv("LAZARUS_INCARNATION"), System.nanoTime()));
    return 200;
  }

  private static int beat() {
    try {
      URI url = URI.create(System.getenv("LAZARUS_HEARTBEAT_URL"));
      HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
      connection.setRequestMethod("POST");
      connection.setDoOutput(true);
      String token = System.getenv("LAZARUS_TOKEN_FILE");
      if (token != null && !token.isEmpty()) {
        String mine = Files.readString(Path.of(token)).strip();
        connection.setRequestProperty("Authorization", "Bearer " + mine);
      }
      connection.getOutputStream().write("{}".getBytes(UTF_8));
      return connection.getResponseCode();
    } catch (IOException e) {
      return 0; // the gateway is unreachable: retried
    }
  }
}
