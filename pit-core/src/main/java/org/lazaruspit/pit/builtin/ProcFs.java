package org.lazaruspit.pit.builtin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What Linux tells about processes under {@code /proc} (proc(5)). A process that ends while it is
 * being looked at is an empty answer, never an error.
 */
final class ProcFs {

  private static final Path PROC = Path.of("/proc");

  private ProcFs() {}

  /**
   * A process that cannot be confused with a later one of the same number.
   *
   * @param pid its number
   * @param startTick when it started, in clock ticks since boot (field 22)
   * @param state its letter, for example {@code T} for stopped, {@code Z} for a zombie
   */
  record Stat(long pid, long startTick, char state) {
    boolean alive() {
      return state != 'Z' && state != 'X';
    }

    boolean stopped() {
      return state == 'T';
    }
  }

  static Optional<Stat> stat(long pid) {
    return read(PROC.resolve(pid + "/stat")).flatMap(ProcFs::parse);
  }

  /** The name in field 2 may hold spaces and parentheses: fields count from its last one. */
  private static Optional<Stat> parse(String text) {
    int afterName = text.lastIndexOf(')') + 2;
    String[] fields = text.substring(afterName).split(" ", -1);
    long pid = Long.parseLong(text.substring(0, text.indexOf(' ')));
    return Optional.of(new Stat(pid, Long.parseLong(fields[19]), fields[0].charAt(0)));
  }

  /** Which boot of the machine this is: start ticks mean something only within one. */
  static String bootId() {
    return read(PROC.resolve("sys/kernel/random/boot_id")).map(String::strip).orElse("unknown");
  }

  /** The value of a variable in a process's environment as it was started. */
  static Optional<String> variable(long pid, String name) {
    String prefix = name + "=";
    return read(PROC.resolve(pid + "/environ"))
        .flatMap(
            text ->
                List.of(text.split("\0", -1)).stream()
                    .filter(entry -> entry.startsWith(prefix))
                    .map(entry -> entry.substring(prefix.length()))
                    .findFirst());
  }

  /** What the process calls itself, for people. */
  static String commandName(long pid) {
    return read(PROC.resolve(pid + "/comm")).map(String::strip).orElse("?");
  }

  static boolean holdsOpen(long pid, Path file) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
      for (Path descriptor : descriptors) {
        if (file.equals(Files.readSymbolicLink(descriptor))) {
          return true;
        }
      }
      return false;
    } catch (IOException | SecurityException | java.nio.file.DirectoryIteratorException e) {
      return false; // ended meanwhile, or another user's
    }
  }

  static List<Long> pids() throws IOException {
    List<Long> pids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : entries) {
        pids.add(Long.parseLong(entry.getFileName().toString()));
      }
    }
    return pids;
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(new String(Files.readAllBytes(file), ISO_8859_1));
    } catch (IOException | SecurityException e) {
      return Optional.empty(); // ended meanwhile, or another user's
    }
  }
}
