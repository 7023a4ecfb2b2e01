package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CellPaths;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HealthRules;
import org.lazaruspit.heartbeat.HealthStatus;
import org.lazaruspit.heartbeat.http.HeartbeatServer;
import org.lazaruspit.pit.internal.journal.JournalCodec;
import org.lazaruspit.pit.internal.journal.JournalEntry;
import org.lazaruspit.pit.internal.ledger.AgentHistory;
import org.lazaruspit.pit.internal.ledger.RevivalLedger;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.testkit.Evidence;
import org.lazaruspit.pit.testkit.TestAgent;

/**
 * Cells with agents as processes, a gateway over HTTP, and pits as processes. Each agent records
 * its starts in a diary that pits do not touch.
 */
final class PitTeam implements AutoCloseable {

  /** Time limit against endless waits; not a measure of speed. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

  private static final HealthRules RULES =
      HealthRules.builder()
          .timeout(Duration.ofSeconds(2))
          .heartbeatInterval(Duration.ofSeconds(1))
          .degradedAfter(1)
          .unhealthyAfter(2)
          .grace(Duration.ofSeconds(30))
          .build();

  private final Path folder;
  private final Evidence evidence;
  private final List<AgentRef> agents = new ArrayList<>();
  private final List<Process> pits = new ArrayList<>();
  private HealthRegistry registry;
  private HeartbeatServer gateway;

  /** Start of an agent, from its diary. */
  record Start(Path cell, String agentId, long incarnation, long ownPid, String rest) {

    static Start of(Path cell, String agentId, String line) {
      String[] parts = line.split(" ", 3);
      return new Start(cell, agentId, Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]);
    }

    /** Returns its process; empty if it has ended. */
    Optional<ProcessHandle> process() throws IOException {
      return Evidence.find(cell, agentId, incarnation, ownPid);
    }

    /** Returns the pid of the process, which must run. */
    long pid() throws IOException {
      return process().orElseThrow().pid();
    }
  }

  PitTeam(Path folder) throws IOException {
    this(folder, Evidence.KEEPER);
  }

  PitTeam(Path folder, Evidence evidence) throws IOException {
    this.folder = folder.toRealPath();
    this.evidence = evidence;
    Files.createDirectories(missions());
    registry = registry();
    gateway = HeartbeatServer.builder(registry).port(0).start();
  }

  private static HealthRegistry registry() {
    HealthRegistry made = HealthRegistry.builder().rules(RULES).build();
    made.start();
    return made;
  }

  /** Creates a cell with agents a1, a2 and so on; each third agent has children. */
  UUID addCell(int size) throws IOException {
    UUID id = new UUID(0x4f0b7f4e3f6b4b6eL, 0x9d512f4c6f0d0000L + cells().size());
    MissionStore.open(missions()).create(NewCell.builder("Team").cellId(id).build());
    evidence.apply(directory(id));
    for (int i = 1; i <= size; i++) {
      addAgent(id, "a" + i, i % 3 == 0 ? "forking" : null);
    }
    return id;
  }

  void addAgent(UUID cell, String id, String launcher) throws IOException {
    CellEditor.of(directory(cell))
        .addAgent(AgentSpec.of(id, id, Role.WRITE).withGateway("g").withLauncher(launcher));
    agents.add(new AgentRef(cell, id));
  }

  List<UUID> cells() {
    return agents.stream().map(AgentRef::cellId).distinct().toList();
  }

  List<AgentRef> agents() {
    return List.copyOf(agents);
  }

  private Path missions() {
    return folder.resolve("missions");
  }

  Path directory(UUID cell) {
    return missions().resolve(cell.toString());
  }

  /** Returns the agent lock. */
  Path lockInTheCell(AgentRef agent) {
    return directory(agent.cellId())
        .resolve(".lazarus")
        .resolve("agents")
        .resolve(agent.agentId() + ".lock");
  }

  /** Starts a pit as a process; its output goes to a file of its name. */
  Process startPit(String name, String stateDirectory) throws IOException {
    Path config = folder.resolve(name + ".json");
    Files.writeString(config, config(stateDirectory));
    Process pit =
        PitProcess.start(config, Integer.MAX_VALUE, evidence.searchPath(folder), output(name));
    pits.add(pit);
    return pit;
  }

  private Path output(String name) {
    return folder.resolve(name + ".log");
  }

  /** Returns the line of the last round; empty before the end of the first. */
  String lastRound(String name) throws IOException {
    List<String> lines = Files.exists(output(name)) ? Files.readAllLines(output(name)) : List.of();
    return lines.stream()
        .filter(line -> line.startsWith("round: "))
        .reduce("", (before, after) -> after);
  }

  private String config(String stateDirectory) {
    return """
    {"poll_interval": 1, "max_retries": 100, "missions_path": "%s", "state_directory": "%s",
     "gateways": [{"name": "g", "url": "%s"}], "agent_key": "cell",
     "limits": {"revivals_per_minute": 10000, "revivals_per_agent": 1000, "per_agent_window": 1},
     "launchers": {"default": %s, "forking": %s}}
    """
        .formatted(
            missions(), folder.resolve(stateDirectory), gateway.uri(), agent("run"), agent("fork"));
  }

  private String agent(String behaviour) {
    return """
    {"command": ["%s", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx16m", "-cp", "%s",
      "org.lazaruspit.pit.testkit.TestAgent", "%s"]}
    """
        .formatted(
            Path.of(System.getProperty("java.home"), "bin", "java"),
            TestAgent.CLASS_PATH,
            behaviour);
  }

  void closeGateway() {
    gateway.close();
  }

  /** Opens the gateway again on the same port, with or without its registry. */
  void reopenGateway(boolean forgets) throws IOException {
    int port = gateway.address().getPort();
    if (forgets) {
      registry.close();
      registry = registry();
    }
    gateway = HeartbeatServer.builder(registry).port(port).start();
  }

  List<Start> starts(AgentRef agent) throws IOException {
    Path cell = directory(agent.cellId());
    Path diary = CellPaths.of(cell).artifacts().resolve(agent.agentId() + ".starts");
    return Files.exists(diary)
        ? Files.readAllLines(diary).stream()
            .map(line -> Start.of(cell, agent.agentId(), line))
            .toList()
        : List.of();
  }

  /** Returns the newest start; the agent must have one. */
  Start newest(AgentRef agent) throws IOException {
    List<Start> starts = starts(agent);
    return starts.get(starts.size() - 1);
  }

  /** Reads all lines; fails on a malformed one. */
  List<JournalEntry> journal(UUID cell) throws IOException {
    Path file = CellPaths.of(directory(cell)).journal();
    List<JournalEntry> entries = new ArrayList<>();
    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      try {
        entries.add(JournalCodec.read(line));
      } catch (JournalCodec.MalformedLineException e) {
        throw new IOException(file + ": " + e.getMessage() + ": " + line, e);
      }
    }
    return entries;
  }

  /** On failure the message holds the whole journal. */
  void assertIncarnation(long expected, AgentRef agent) throws IOException {
    String journal = Files.readString(CellPaths.of(directory(agent.cellId())).journal());
    assertEquals(
        expected,
        newest(agent).incarnation(),
        () -> agent + " by its diary; its cell's journal:\n" + journal);
  }

  RevivalLedger ledger(UUID cell) throws IOException {
    return RevivalLedger.replay(cell, journal(cell));
  }

  /**
   * Waits until each agent runs once, in its newest incarnation, healthy and without open revivals.
   */
  void awaitAllWell() throws Exception {
    await(
        () -> {
          List<String> problems = new ArrayList<>();
          for (AgentRef agent : agents) {
            problems.addAll(problems(agent));
          }
          return String.join("\n", problems);
        });
  }

  /** Waits until the list of problems is empty. */
  static void await(Callable<String> wrong) throws Exception {
    long begun = System.nanoTime();
    String found = wrong.call();
    while (!found.isEmpty()) {
      if (System.nanoTime() - begun > PATIENCE_NANOS) {
        fail(found);
      }
      LockSupport.parkNanos(20_000_000L);
      found = wrong.call();
    }
  }

  private List<String> problems(AgentRef agent) throws IOException {
    List<Start> starts = starts(agent);
    if (starts.isEmpty()) {
      return List.of(agent + " was never started");
    }
    Start last = starts.get(starts.size() - 1);
    List<String> problems = new ArrayList<>();
    if (last.process().isEmpty()) {
      problems.add(agent + " does not run: " + last);
    }
    String known =
        registry
            .find(agent.cellId() + "." + agent.agentId())
            .map(health -> health.status() + " in " + health.incarnation())
            .orElse("no incarnation");
    if (!known.equals(HealthStatus.HEALTHY + " in " + last.incarnation())) {
      problems.add(agent + ": its gateway knows " + known + ", started was " + last);
    }
    problems.addAll(open(agent, last));
    return problems;
  }

  private List<String> open(AgentRef agent, Start last) {
    try {
      AgentHistory history = ledger(agent.cellId()).of(agent.agentId());
      List<String> problems =
          new ArrayList<>(
              history.revivals().stream()
                  .filter(revival -> revival.status().open())
                  .map(revival -> agent + ": open is " + revival)
                  .toList());
      if (history.incarnation() != last.incarnation()) {
        problems.add(agent + ": journal has " + history.incarnation() + ", started was " + last);
      }
      return problems;
    } catch (IOException e) {
      return List.of(String.valueOf(e.getMessage())); // an incomplete line
    }
  }

  /** Checks the invariants, by the diaries and the journals. */
  void assertNoAgentRanTwice() throws IOException {
    for (AgentRef agent : agents) {
      List<Start> starts = starts(agent);
      for (int i = 0; i < starts.size(); i++) {
        assertFalse(starts.get(i).rest().contains("TWICE"), agent + ": " + starts);
        assertTrue(
            i == 0 || starts.get(i).incarnation() > starts.get(i - 1).incarnation(),
            agent + ": " + starts);
      }
    }
  }

  /** Checks that all processes of agents are of the newest incarnation. */
  void assertOnlyTheNewestRun() throws IOException {
    for (AgentRef agent : agents) {
      String newest = "LAZARUS_INCARNATION=" + newest(agent).incarnation();
      for (String process : processesWith("LAZARUS_CELL=" + directory(agent.cellId()))) {
        assertTrue(
            !process.contains("\0LAZARUS_AGENT_ID=" + agent.agentId() + "\0")
                || process.contains("\0" + newest + "\0"),
            () -> agent + ", " + newest + ": " + process.replace('\0', ' '));
      }
    }
  }

  /** Returns pid and environment of each process whose environment contains the text. */
  private static List<String> processesWith(String text) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      for (Path process : all.filter(path -> path.resolve("environ").toFile().exists()).toList()) {
        String environment = environment(process);
        if (environment.contains("\0" + text)) {
          found.add(process + environment);
        }
      }
    }
    return found;
  }

  private static String environment(Path process) {
    try {
      return "\0" + Files.readString(process.resolve("environ")) + "\0";
    } catch (IOException e) {
      return ""; // the process has ended, or its environment is no text
    }
  }

  /** Ends all processes, and checks that none is left. */
  @Override
  public void close() throws Exception {
    List<ProcessHandle> helpers = new ArrayList<>();
    for (Process pit : pits) {
      pit.descendants().filter(PitTeam::helps).forEach(helpers::add);
      pit.destroyForcibly().waitFor();
    }
    Reviver reviver = evidence.reviver(folder.resolve("state"));
    for (UUID cell : cells()) {
      reviver.claimed(cell, directory(cell));
    }
    assertAll(agents.stream().map(agent -> () -> evidence.assertStopped(reviver, agent)));
    reviver.close();
    for (ProcessHandle helper : helpers) {
      helper.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
    gateway.close();
    registry.close();
    await(() -> String.join("\n", processesWith("LAZARUS_CELL=" + missions())));
    try (Stream<Path> files = Files.walk(missions())) {
      assertEquals(
          List.of(),
          files.filter(file -> Objects.toString(file.getFileName()).endsWith(".tmp")).toList());
    }
  }

  private static boolean helps(ProcessHandle process) {
    return process
        .info()
        .command()
        .filter(command -> !command.endsWith("java") && !command.endsWith("sleep"))
        .isPresent();
  }
}
