package org.lazaruspit.pit.internal.isolation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.lazaruspit.pit.spi.AgentRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Control groups of agents, see cgroups(7): below the pit's own group in version 1, beside it in
 * version 2, whose groups hold either processes or other groups. Requires the right to create
 * groups there. Thread-safe.
 */
public final class ControlGroups {

  /** Resource that a group can limit. */
  enum Controller {
    MEMORY("memory.limit_in_bytes", "memory.max"),
    CPU("cpu.cfs_quota_us", "cpu.max"),
    PIDS("pids.max", "pids.max");

    private final String firstFile;
    private final String secondFile;

    Controller(String firstFile, String secondFile) {
      this.firstFile = firstFile;
      this.secondFile = secondFile;
    }

    String kernelName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the kernel's file whose presence shows that a group can limit the resource. */
    String file(int version) {
      return version == 1 ? firstFile : secondFile;
    }
  }

  private static final Logger log = LoggerFactory.getLogger(ControlGroups.class);
  private static final String PREFIX = "lazarus-";

  /** The sandbox may take a moment longer to end than the agent. */
  private static final int MAX_TRIES = 100;

  private static final long PERIOD_MICROS = 100_000;
  private static final long MAX_PERIOD_MICROS = 1_000_000;
  private static final long MIN_QUOTA_MICROS = 1_000;

  private final Path proc;

  /**
   * @param proc the kernel's folder about this process, {@code /proc/self}
   */
  ControlGroups(Path proc) {
    this.proc = proc;
  }

  static ControlGroups ofThisMachine() {
    return new ControlGroups(Path.of("/proc/self"));
  }

  /** Parent folder of agents' groups. */
  private record Location(Path directory, int version) {}

  /** Returns why a controller cannot limit agents; empty if a trial group shows that it can. */
  Optional<String> missing(Controller controller) {
    try {
      Location location = locate(controller);
      Path trial =
          location
              .directory()
              .resolve(PREFIX + "trial-" + ProcessHandle.current().pid() + controller);
      Files.createDirectory(trial);
      try {
        String file = controller.file(location.version());
        return Files.isWritable(trial.resolve(file))
            ? Optional.empty()
            : Optional.of("groups in " + location.directory() + " have no " + file);
      } finally {
        Files.delete(trial);
      }
    } catch (IOException e) {
      return Optional.of(e.toString().replaceFirst("^java[a-zA-Z.]*: ", "cannot use "));
    }
  }

  /**
   * Creates the groups of an incarnation, sets their limits and removes groups of earlier
   * incarnations; returns the groups to join.
   */
  List<Path> prepare(AgentRef agent, long incarnation, Map<Controller, Long> limits)
      throws IOException {
    List<Path> groups = new ArrayList<>();
    for (var limit : limits.entrySet()) {
      Location location = locate(limit.getKey());
      Path group = location.directory().resolve(groupName(agent, incarnation));
      removeEarlier(agent, group);
      if (!Files.isDirectory(group)) {
        Files.createDirectory(group);
      }
      set(group, location.version(), limit.getKey(), limit.getValue());
      if (!groups.contains(group)) {
        groups.add(group);
      }
    }
    return groups;
  }

  private static void removeEarlier(AgentRef agent, Path current) throws IOException {
    Pattern name =
        Pattern.compile(PREFIX + agent.cellId() + "\\.[0-9]+\\." + Pattern.quote(agent.agentId()));
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(
            current.resolveSibling(""),
            file ->
                !file.equals(current) && name.matcher(file.getFileName().toString()).matches())) {
      for (Path group : left) {
        removeUnused(group);
      }
    }
  }

  /**
   * Creates the group of an incarnation that shows whether a process of it is left; version 2
   * alone, whose groups tell that with all their subgroups.
   *
   * @param uid the user of the agent
   * @param sandboxed whether a sandbox keeps the agent from writing the hierarchy
   * @return empty if no group can be made, or the agent could leave it
   */
  Optional<Path> prepareTracking(AgentRef agent, long incarnation, long uid, boolean sandboxed) {
    try {
      for (Path parent : trackingParents()) {
        if (Files.isWritable(parent) && (sandboxed || !mayWrite(uid, parent))) {
          Path group = parent.resolve(groupName(agent, incarnation));
          removeEarlier(agent, group);
          if (!Files.isDirectory(group)) {
            Files.createDirectory(group);
          }
          return Optional.of(group);
        }
      }
    } catch (IOException e) {
      log.debug("{}: no control group of its own", agent, e);
    }
    return Optional.empty();
  }

  /** A service manager may give a pit its own group alone; groups without limits fit there. */
  private Set<Path> trackingParents() throws IOException {
    Set<Path> parents = new LinkedHashSet<>();
    parents.add(unified());
    parents.add(ownUnified());
    return parents;
  }

  private static boolean mayWrite(long uid, Path parent) throws IOException {
    Integer owner = (Integer) Files.getAttribute(parent.resolve("cgroup.procs"), "unix:uid");
    return uid == 0 || uid == Integer.toUnsignedLong(owner);
  }

  /** Removes the groups of an incarnation as soon as they are empty; waits 2 s at most. */
  void remove(AgentRef agent, long incarnation) throws InterruptedException {
    Set<Path> parents = new LinkedHashSet<>();
    for (Controller controller : Controller.values()) {
      try {
        parents.add(locate(controller).directory());
      } catch (IOException e) {
        log.debug("{}: no control groups on this machine", controller, e);
      }
    }
    try {
      parents.addAll(trackingParents());
    } catch (IOException e) {
      log.debug("no control groups of version 2 on this machine", e);
    }
    for (Path parent : parents) {
      Path group = parent.resolve(groupName(agent, incarnation));
      for (int tries = 0; !removeUnused(group) && tries < MAX_TRIES; tries++) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  /** Returns false for a group in use; the next start of the agent tries again. */
  private static boolean removeUnused(Path group) {
    try (Stream<Path> inside = Files.exists(group) ? Files.walk(group) : Stream.empty()) {
      // Subgroups that the agent has made come first.
      for (Path directory :
          inside.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(directory);
      }
      return true;
    } catch (IOException | UncheckedIOException e) {
      log.debug("{}: control group in use", group, e);
      return false;
    }
  }

  /** Returns whether the group and its subgroups have no process; a missing group has none. */
  public static boolean isEmpty(Path group) {
    try {
      return Files.readAllLines(group.resolve("cgroup.events")).contains("populated 0");
    } catch (NoSuchFileException e) {
      return Files.notExists(group);
    } catch (IOException e) {
      return !Files.exists(group); // removed while it was read
    }
  }

  /** Returns the processes of the group and its subgroups. */
  public static List<Long> members(Path group) {
    List<Long> pids = new ArrayList<>();
    try (Stream<Path> inside = Files.walk(group)) {
      for (Path directory : inside.filter(Files::isDirectory).toList()) {
        Files.readAllLines(directory.resolve("cgroup.procs"))
            .forEach(p -> pids.add(Long.valueOf(p)));
      }
    } catch (IOException | UncheckedIOException e) {
      return pids; // removed while it was read
    }
    return pids;
  }

  /**
   * Kills every process of the group and its subgroups at once; returns false if the kernel cannot
   * (before 5.14).
   */
  public static boolean kill(Path group) {
    try (var file = Files.newByteChannel(group.resolve("cgroup.kill"), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap("1".getBytes(UTF_8)));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static String groupName(AgentRef agent, long incarnation) {
    return PREFIX + agent.cellId() + "." + incarnation + "." + agent.agentId();
  }

  private static void set(Path group, int version, Controller controller, long limit)
      throws IOException {
    switch (controller) {
      case MEMORY -> setMemory(group, version, Long.toString(limit));
      case CPU -> setCpu(group, version, limit);
      case PIDS -> write(group, "pids.max", Long.toString(limit));
    }
  }

  /** Limits swap too, where it is counted: else a limit on memory only moves pages to swap. */
  private static void setMemory(Path group, int version, String bytes) throws IOException {
    if (version == 2) {
      write(group, "memory.max", bytes);
      writeIfThere(group, "memory.swap.max", "0");
    } else {
      writeIfThere(group, "memory.memsw.limit_in_bytes", "-1");
      write(group, "memory.limit_in_bytes", bytes);
      writeIfThere(group, "memory.memsw.limit_in_bytes", bytes);
    }
  }

  private static void setCpu(Path group, int version, long millicores) throws IOException {
    long period =
        millicores * PERIOD_MICROS / 1000 >= MIN_QUOTA_MICROS ? PERIOD_MICROS : MAX_PERIOD_MICROS;
    long quota = millicores * period / 1000;
    if (version == 2) {
      write(group, "cpu.max", quota + " " + period);
    } else {
      write(group, "cpu.cfs_quota_us", "-1");
      write(group, "cpu.cfs_period_us", Long.toString(period));
      write(group, "cpu.cfs_quota_us", Long.toString(quota));
    }
  }

  private static void writeIfThere(Path group, String file, String value) throws IOException {
    if (Files.exists(group.resolve(file))) {
      write(group, file, value);
    }
  }

  /** Writes once without truncation, as the kernel's files require. */
  private static void write(Path group, String file, String value) throws IOException {
    try (var channel = Files.newByteChannel(group.resolve(file), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(value.getBytes(UTF_8)));
    } catch (IOException e) {
      throw new IOException("cannot write %s to %s in %s".formatted(value, file, group), e);
    }
  }

  private Location locate(Controller controller) throws IOException {
    for (String line : Files.readAllLines(proc.resolve("cgroup"))) {
      String[] parts = line.split(":", 3);
      if (List.of(parts[1].split(",", -1)).contains(controller.kernelName())) {
        return new Location(within("cgroup", controller.kernelName(), parts[2]), 1);
      }
    }
    return new Location(delegate(controller, unified()), 2);
  }

  /**
   * Returns the parent folder of agents' groups in version 2: an empty sibling is the parent, but
   * the root group may hold processes and groups.
   */
  private Path unified() throws IOException {
    Path own = ownUnified();
    return unifiedName().equals("/") ? own : own.resolveSibling("");
  }

  private Path ownUnified() throws IOException {
    return within("cgroup2", "", unifiedName());
  }

  private String unifiedName() throws IOException {
    for (String line : Files.readAllLines(proc.resolve("cgroup"))) {
      if (line.startsWith("0::")) {
        return line.substring("0::".length());
      }
    }
    throw new IOException("the kernel has no control groups of version 2");
  }

  /** In version 2 a group has to delegate a controller to its children. */
  private static Path delegate(Controller controller, Path group) throws IOException {
    Path delegated = group.resolve("cgroup.subtree_control");
    if (!List.of(Files.readString(delegated).strip().split(" ", -1))
        .contains(controller.kernelName())) {
      write(group, "cgroup.subtree_control", "+" + controller.kernelName());
    }
    return group;
  }

  /** Returns the directory of a group, from the lines of /proc/pid/mountinfo, see proc(5). */
  private Path within(String type, String option, String group) throws IOException {
    for (String line : Files.readAllLines(proc.resolve("mountinfo"))) {
      String[] halves = line.split(" - ", 2);
      String[] mountFields = halves[0].split(" ", -1);
      String[] typeFields = halves[1].split(" ", 3);
      boolean fits = option.isEmpty() || List.of(typeFields[2].split(",", -1)).contains(option);
      if (typeFields[0].equals(type) && fits) {
        Path root = Path.of(mountFields[3]);
        Path full = Path.of(group);
        Path mount = Path.of(mountFields[4]);
        return full.startsWith(root) ? mount.resolve(root.relativize(full).toString()) : mount;
      }
    }
    throw new IOException("no control groups of type " + type + " " + option + " are mounted");
  }
}
