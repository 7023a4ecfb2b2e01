package org.lazaruspit.pit.internal.os;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reader of Linux's process files under {@code /proc}, see proc(5). A process that has ended yields
 * an empty result, never an error.
 */
public final class ProcFs {

  private static final Path PROC = Path.of("/proc");

  /** Size that {@link FileInputStream} reads without allocating a buffer. */
  private static final int CHUNK = 8192;

  private static final String BOOT_ID =
      read(PROC.resolve("sys/kernel/random/boot_id")).map(String::strip).orElse("unknown");

  private static final String HOST_ID =
      read(Path.of("/etc/machine-id"))
          .or(() -> read(PROC.resolve("sys/kernel/hostname")))
          .map(String::strip)
          .orElse("unknown");

  private ProcFs() {}

  /**
   * Process of this boot: the start time tells it from a later process of the same pid.
   *
   * @param pid the process id
   * @param startTick the start in clock ticks since boot
   */
  public record ProcessId(long pid, long startTick) {

    /** Returns the state; empty if the process has ended. */
    public Optional<Stat> running() {
      return stat(pid).filter(stat -> stat.alive() && stat.id().equals(this));
    }

    public boolean runs() {
      return running().isPresent();
    }
  }

  /**
   * State of a process, see proc(5).
   *
   * @param id the pid and start time (fields 1 and 22)
   * @param state the letter of the state, for example {@code T} for stopped, {@code Z} for a zombie
   * @param parent the pid of the parent
   * @param group the id of the process group
   * @param session the id of the session
   */
  public record Stat(ProcessId id, char state, long parent, long group, long session) {
    public boolean alive() {
      return state != 'Z' && state != 'X';
    }

    public boolean stopped() {
      return state == 'T';
    }
  }

  public static Optional<Stat> stat(long pid) {
    return read(PROC.resolve(pid + "/stat")).map(ProcFs::parse);
  }

  /** Field 2, the name, may hold spaces and parentheses: the other fields follow the last one. */
  private static Stat parse(String text) {
    int afterName = text.lastIndexOf(')') + 2;
    String[] fields = text.substring(afterName).split(" ", -1);
    long pid = Long.parseLong(text.substring(0, text.indexOf(' ')));
    return new Stat(
        new ProcessId(pid, Long.parseLong(fields[19])),
        fields[0].charAt(0),
        Long.parseLong(fields[1]),
        Long.parseLong(fields[2]),
        Long.parseLong(fields[3]));
  }

  /** Returns the real user of a process; -1 if it has ended. */
  public static long uid(long pid) {
    return read(PROC.resolve(pid + "/status")).stream()
        .flatMap(String::lines)
        .filter(line -> line.startsWith("Uid:"))
        .mapToLong(line -> Long.parseLong(line.split("\\s+", -1)[1]))
        .findFirst()
        .orElse(-1);
  }

  /** Returns the id of this boot of the machine: start ticks are comparable only within a boot. */
  public static String bootId() {
    return BOOT_ID;
  }

  /** Returns an id of this machine: another one has other boots. */
  public static String hostId() {
    return HOST_ID;
  }

  /** Returns the environment of a process at its start; empty for zombies and other users. */
  public static byte[] environment(long pid) {
    return bytes("/proc/" + pid + "/environ");
  }

  /** Returns a variable of a process at its start. */
  public static Optional<String> variable(long pid, String name) {
    String prefix = name + "=";
    return List.of(new String(environment(pid), UTF_8).split("\0", -1)).stream()
        .filter(entry -> entry.startsWith(prefix))
        .map(entry -> entry.substring(prefix.length()))
        .findFirst();
  }

  /** Returns the command name of a process; "?" if it has ended. */
  public static String commandName(long pid) {
    return read(PROC.resolve(pid + "/comm")).map(String::strip).orElse("?");
  }

  /**
   * Returns whether a process has this file open, under any path that ends with the same name: a
   * lock may have two. Other files are not examined, as their file systems may hang.
   */
  public static boolean holdsOpen(long pid, Path file) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
      for (Path descriptor : descriptors) {
        Path target = Files.readSymbolicLink(descriptor);
        if (target.equals(file)
            || (target.endsWith(file.getFileName()) && Files.isSameFile(descriptor, file))) {
          return true;
        }
      }
      return false;
    } catch (IOException | SecurityException | java.nio.file.DirectoryIteratorException e) {
      return false; // ended, or of another user
    }
  }

  /** Returns the ids of all processes. */
  public static List<Long> pids() throws IOException {
    String[] names = PROC.toFile().list();
    if (names == null) {
      throw new IOException(PROC + " cannot be listed");
    }
    List<Long> pids = new ArrayList<>(names.length);
    for (String name : names) {
      if (Character.isDigit(name.charAt(0))) {
        pids.add(Long.parseLong(name));
      }
    }
    return pids;
  }

  private static Optional<String> read(Path file) {
    byte[] bytes = bytes(file.toString());
    return bytes.length == 0 ? Optional.empty() : Optional.of(new String(bytes, ISO_8859_1));
  }

  /**
   * Returns the content; empty for an ended process and for another user's. The kernel fills the
   * buffer, so a shorter result is the end of the file: the cheapest way to read.
   */
  private static byte[] bytes(String file) {
    try (FileInputStream in = new FileInputStream(file)) {
      byte[] first = new byte[CHUNK];
      int length = Math.max(0, in.read(first));
      if (length < CHUNK) {
        return Arrays.copyOf(first, length);
      }
      byte[] rest = in.readAllBytes();
      byte[] all = Arrays.copyOf(first, CHUNK + rest.length);
      System.arraycopy(rest, 0, all, CHUNK, rest.length);
      return all;
    } catch (IOException | SecurityException e) {
      return new byte[0];
    }
  }
}
