package org.lazaruspit.examples.zookeeper;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;

/**
 * Pits as processes that share the cells of one root through three servers, each pit over a proxy
 * of its own. The agents are processes and record each start in files that no pit writes.
 */
final class PitCluster implements AutoCloseable {

  /** Limit of a wait, far above the usual time. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

  private static final String AGENT =
      """
      f=STARTS/$(basename "$LAZARUS_CELL"); exec 9>"$f.alive"
      flock -n 9 && count=once || count=TWICE
      echo "$LAZARUS_INCARNATION $$ $(cut -d' ' -f22 /proc/$$/stat) $count" >>"$f.starts"
      exec sleep 100000
      """;

  private static final String LOGGING =
      """
      <configuration>
        <appender name="LINES" class="ch.qos.logback.core.ConsoleAppender">
          <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %msg%n</pattern></encoder>
        </appender>
        <logger name="org.apache" level="OFF"/>
        <root level="INFO"><appender-ref ref="LINES"/></root>
      </configuration>
      """;

  final ZooKeeperServers servers = new ZooKeeperServers();
  private final Path folder;
  private final int sessionSeconds;
  private final List<UUID> cells = new ArrayList<>();
  private final Map<String, TcpProxy> proxies = new TreeMap<>();
  private final Map<String, Process> pits = new TreeMap<>();
  private final Map<String, Path> histories = new TreeMap<>();

  /** Start of an agent, as the agent recorded it. */
  record Start(long incarnation, long pid, long startTick, String count) {

    static Start of(String line) {
      String[] parts = line.split(" ", 4);
      return new Start(
          Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]), parts[3]);
    }

    Optional<ProcessHandle> process() {
      return ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    }
  }

  PitCluster(Path folder, int sessionSeconds, int cellCount, List<String> names) throws Exception {
    this.folder = folder.toRealPath();
    this.sessionSeconds = sessionSeconds;
    Files.createDirectories(folder.resolve("starts"));
    Files.writeString(folder.resolve("logback.xml"), LOGGING);
    MissionStore store = MissionStore.open(Files.createDirectories(missions()));
    for (int i = 0; i < cellCount; i++) {
      NewCell cell =
          NewCell.builder("Cell " + i)
              .timeout(Duration.ofDays(30)) // agents of an overdue mission are not revived
              .agent(AgentSpec.of("worker", "Worker", Role.WRITE))
              .build();
      cells.add(store.create(cell).id());
    }
    for (String name : names) {
      proxies.put(name, new TcpProxy(servers.addresses()));
      histories.put(name, this.folder.resolve(name + ".history"));
    }
  }

  private Path missions() {
    return folder.resolve("missions");
  }

  List<UUID> cells() {
    return List.copyOf(cells);
  }

  List<String> names() {
    return List.copyOf(proxies.keySet());
  }

  void startAll() throws IOException {
    for (String name : names()) {
      start(name);
    }
  }

  void start(String name) throws IOException {
    Path config = folder.resolve(name + ".json");
    Files.writeString(
        config,
        """
        {"poll_interval": 1, "max_retries": 100, "missions_path": "%s", "state_directory": "%s",
         "limits": {"concurrent_revivals": 50, "revivals_per_minute": 100000,
                    "revivals_per_agent": 1000, "per_agent_window": 1},
         "plugins": {"zookeeper": {"connect": "%s", "session_timeout": %d, "name": "%s"}},
         "launchers": {"default": {"command": ["sh", "-c", "%s"]}}}
        """
            .formatted(
                missions(),
                folder.resolve("state-" + name),
                proxy(name).connect(),
                sessionSeconds,
                name,
                AGENT
                    .replace("STARTS", folder.resolve("starts").toString())
                    .strip()
                    .replace("\"", "\\\"")
                    .replace("\n", "; ")));
    Process pit =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx96m",
                "-Dlogback.configurationFile=" + folder.resolve("logback.xml"),
                "-cp",
                classPath(),
                RecordedPit.class.getName(),
                config.toString(),
                Objects.requireNonNull(histories.get(name)).toString())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve(name + ".log").toFile()))
            .start();
    pits.put(name, pit);
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
        .replace("::", File.pathSeparator);
  }

  private TcpProxy proxy(String pit) {
    return Objects.requireNonNull(proxies.get(pit));
  }

  boolean runs(String pit) {
    Process process = pits.get(pit);
    return process != null && process.isAlive();
  }

  void cut(String pit) {
    proxy(pit).cut();
  }

  void restore(String pit) {
    proxy(pit).restore();
  }

  /** Sends SIGKILL. */
  void kill(String pit) throws InterruptedException {
    Objects.requireNonNull(pits.get(pit)).destroyForcibly().waitFor();
  }

  /** Sends SIGTERM; the pit releases its cells. */
  void end(String pit) throws InterruptedException {
    Process process = Objects.requireNonNull(pits.get(pit));
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException(pit + " does not end");
    }
  }

  void signal(String name, String pit) throws IOException, InterruptedException {
    long pid = Objects.requireNonNull(pits.get(pit)).pid();
    new ProcessBuilder("kill", "-s", name, Long.toString(pid)).start().waitFor();
  }

  List<Start> starts(UUID cell) throws IOException {
    Path file = folder.resolve("starts").resolve(cell + ".starts");
    return Files.exists(file)
        ? Files.readAllLines(file).stream().map(Start::of).toList()
        : List.of();
  }

  /** Kills the agent of a cell, if it runs. */
  void killAgent(UUID cell) throws IOException {
    List<Start> starts = starts(cell);
    if (!starts.isEmpty()) {
      starts.get(starts.size() - 1).process().ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  History history() throws IOException {
    return History.read(histories);
  }

  /** Returns the cells whose last claim is of this pit. */
  List<UUID> cellsOf(String pit) throws IOException {
    return history().newestClaims().values().stream()
        .filter(claim -> claim.pit().equals(pit))
        .map(History.Event::cell)
        .toList();
  }

  /** Returns the number of starts of each agent. */
  Map<UUID, Integer> startCounts() throws IOException {
    Map<UUID, Integer> counts = new HashMap<>();
    for (UUID cell : cells) {
      counts.put(cell, starts(cell).size());
    }
    return counts;
  }

  void awaitRunning(List<UUID> expected) throws Exception {
    await(
        () -> {
          List<String> problems = new ArrayList<>();
          for (UUID cell : expected) {
            List<Start> starts = starts(cell);
            if (starts.isEmpty() || starts.get(starts.size() - 1).process().isEmpty()) {
              problems.add(cell + ": its agent does not run: " + starts);
            }
          }
          return String.join("\n", problems);
        });
  }

  /** Waits until the check returns an empty text. */
  void await(Callable<String> problem) throws Exception {
    long begun = System.nanoTime();
    String found = problem.call();
    while (!found.isEmpty()) {
      if (System.nanoTime() - begun > PATIENCE_NANOS) {
        throw new AssertionError(found + "\n" + logs());
      }
      LockSupport.parkNanos(50_000_000L);
      found = problem.call();
    }
  }

  private String logs() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String name : names()) {
      Path log = folder.resolve(name + ".log");
      List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
      lines.stream()
          .skip(Math.max(0, lines.size() - 30))
          .forEach(line -> all.append(name).append(": ").append(line).append('\n'));
    }
    return all.toString();
  }

  private static final Pattern SEQ = Pattern.compile("\"seq\":(\\d+)");
  private static final Pattern EPOCH = Pattern.compile("\"epoch\":(\\d+)");

  /** Returns all violations in the records of pits, agents and journals. */
  List<String> violations() throws IOException {
    List<String> violations = new ArrayList<>(history().violations());
    for (UUID cell : cells) {
      List<Start> starts = starts(cell);
      for (int i = 0; i < starts.size(); i++) {
        if (!starts.get(i).count().equals("once")) {
          violations.add(cell + ": an agent runs twice: " + starts);
        }
        if (i > 0 && starts.get(i).incarnation() <= starts.get(i - 1).incarnation()) {
          violations.add(cell + ": the incarnation does not rise: " + starts);
        }
      }
      violations.addAll(journal(cell));
    }
    return violations;
  }

  /** Checks that the lines are whole, in order, and not of a former owner. */
  private List<String> journal(UUID cell) throws IOException {
    Path file = missions().resolve(cell.toString()).resolve("logs").resolve("revivals.jsonl");
    List<String> violations = new ArrayList<>();
    long seq = 0;
    long epoch = 0;
    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      Matcher number = SEQ.matcher(line);
      Matcher owner = EPOCH.matcher(line);
      if (!number.find() || !owner.find() || !line.endsWith("}")) {
        violations.add(cell + ": a line of its journal is torn: " + line);
        continue;
      }
      if (Long.parseLong(number.group(1)) <= seq || Long.parseLong(owner.group(1)) < epoch) {
        violations.add(cell + ": the sequence or the epoch of its journal decreases: " + line);
      }
      seq = Long.parseLong(number.group(1));
      epoch = Long.parseLong(owner.group(1));
    }
    return violations;
  }

  Duration session() {
    return Duration.ofSeconds(sessionSeconds);
  }

  @Override
  public void close() throws Exception {
    for (String name : pits.keySet()) {
      restore(name);
      kill(name);
    }
    await(
        () -> {
          List<ProcessHandle> left = agentProcesses();
          left.forEach(ProcessHandle::destroyForcibly);
          return left.isEmpty() ? "" : "still there: " + left;
        });
    for (TcpProxy each : proxies.values()) {
      each.close();
    }
    servers.close();
  }

  /** Returns all processes that were started for a cell of this root. */
  private List<ProcessHandle> agentProcesses() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(this::isAgent).filter(ProcessHandle::isAlive).toList();
    }
  }

  private boolean isAgent(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", process.pid() + "", "environ"))
          .contains("LAZARUS_CELL=" + missions());
    } catch (IOException e) {
      return false; // it has ended
    }
  }
}
