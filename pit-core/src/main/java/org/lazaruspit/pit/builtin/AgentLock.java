package org.lazaruspit.pit.builtin;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The kernel's book on who is alive: a file that an agent's whole process tree holds under
 * flock(2), inherited through an open descriptor. Free means that nothing that inherited it is
 * left.
 *
 * <p>Java's own file locks are of another kind (fcntl) and don't see this one, so the questions are
 * asked through the {@code flock} program.
 */
final class AgentLock {

  /** What {@code flock} ends with when the lock is held; EX_TEMPFAIL in sysexits.h. */
  static final int HELD_STATUS = 75;

  private static final String HELD = Integer.toString(HELD_STATUS);

  private static final long ANSWER_WITHIN_SECONDS = 10;

  /**
   * Seconds: whoever only asks or watches holds the lock for a moment, and must not refuse a start.
   */
  private static final String START_PATIENCE = "2";

  private final Path file;

  AgentLock(Path file) {
    this.file = file;
  }

  Path file() {
    return file;
  }

  /** The command, in a session of its own, under this lock; refused while the lock is held. */
  List<String> guard(List<String> command) {
    List<String> guarded = new ArrayList<>();
    guarded.add("setsid");
    guarded.addAll(List.of("flock", "-w", START_PATIENCE, "-E", HELD, "-F", text()));
    guarded.addAll(command);
    return guarded;
  }

  boolean free() throws IOException, InterruptedException {
    if (Files.notExists(file)) {
      return true;
    }
    Process process = start("flock", "-s", "-n", "-E", HELD, text(), "true");
    if (!process.waitFor(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("flock did not answer about " + file);
    }
    return switch (process.exitValue()) {
      case 0 -> true;
      case HELD_STATUS -> false;
      default -> throw new IOException("flock ended with " + process.exitValue() + " on " + file);
    };
  }

  /** A process that ends when the lock becomes free: the kernel wakes it within milliseconds. */
  Process watcher() throws IOException {
    return start("flock", "-s", text(), "true");
  }

  private static Process start(String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectInput(Redirect.from(new java.io.File("/dev/null")))
        .redirectOutput(Redirect.DISCARD)
        .redirectError(Redirect.DISCARD)
        .start();
  }

  private String text() {
    return file.toString();
  }
}
