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
 * What Linux tells about processes under {@code /proc} (proc(5)). A process that ends while it is
 * being looked at is an empty answer, never an error.
 */
public final class ProcFs {

  private static final Path PROC = Path.of("/proc");

  /** What {@link FileInputStream} reads without a buffer of its own. */
  private static final int CHUNK = 8192;

  private static final String BOOT_ID =
      read(PROC.resolve("sys/kernel/random/boot_id")).map(String::strip).orElse("unknown");

  private ProcFs() {}

  /**
   * A process that cannot be confused with a later one of the same number.
   *
   * @param pid its number
   * @param startTick when it started, in clock ticks since boot (field 22)
   * @param state its letter, for example {@code T} for stopped, {@code Z} for a zombie
   */
  public record Stat(long pid, long startTick, char state) {
    public boolean alive() {
      return state != 'Z' && state != 'X';
    }

    public boolean stopped() {
      return state == 'T';
    }
  }

  public static Optional<Stat> stat(long pid) {
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
  public static String bootId() {
    return BOOT_ID;
  }

  /** A process's environment as it was started; empty for a zombie and for another user's. */
  public static byte[] environment(long pid) {
    return bytes("/proc/" + pid + "/environ");
  }

  /** The value of a variable in a process's environment as it was started. */
  public static Optional<String> variable(long pid, String name) {
    String prefix = name + "=";
    return List.of(new String(environment(pid), UTF_8).split("\0", -1)).stream()
        .filter(entry -> entry.startsWith(prefix))
        .map(entry -> entry.substring(prefix.length()))
        .findFirst();
  }

  /** What the process calls itself, for people. */
  public static String commandName(long pid) {
    return read(PROC.resolve(pid + "/comm")).map(String::strip).orElse("?");
  }

  /**
   * Whether the process has this file open, under whatever name: a lock of ours may have two. Only
   * files of the same last name are looked at, so that none is asked that hangs.
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
      return false; // ended meanwhile, or another user's
    }
  }

  /** Every process, in the order of their numbers. */
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
   * Empty where it ended meanwhile, or is another user's. The kernel fills what it is handed, so
   * that a short answer was the last one; of all ways to read, this costs least.
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
