package org.lazaruspit.examples.pit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.examples.pit.cli.ControlClient;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.PitConfig;
import tools.jackson.databind.JsonNode;

/**
 * An operator's evening with the real JAR and real agents, with a restart of the daemon after every
 * order.
 */
@Tag("full")
@Timeout(600) // thirty JVMs are slow on a busy machine
final class OperatorsEveningIT {

  private static final UUID ASKS = UUID.fromString("4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10");
  private static final UUID GOES_AHEAD = UUID.fromString("5f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10");

  /** Agent with heartbeats by file; the agent named crashy dies soon, until it is mended. */
  private static final String AGENT =
      """
      echo "$LAZARUS_INCARNATION $$" >>"$LAZARUS_CELL/artifacts/$LAZARUS_AGENT_ID.starts"
      beats=0
      while [ "$LAZARUS_AGENT_ID" != crashy ] || [ -e "$0.mended" ] || [ "$beats" -lt 8 ]; do
        : >"$LAZARUS_HEARTBEAT_FILE"
        beats=$((beats + 1))
        sleep 0.2
      done
      exit 3
      """;

  @TempDir Path folder;
  private @Nullable Process daemon;

  private ProcessBuilder command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-jar",
                System.getProperty("lazarus-pit.jar")));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).directory(folder.toFile());
  }

  /** Runs a command successfully, and returns its output. */
  private String done(String... arguments) throws IOException, InterruptedException {
    Path err = folder.resolve("err");
    Process process = command(arguments).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), () -> String.join(" ", arguments) + ": " + read(err));
    return out.strip();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Runs a command for the daemon. */
  private String order(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", "c.json"));
    return done(all.toArray(String[]::new));
  }

  private void start() throws IOException {
    Path log = folder.resolve("daemon.log");
    Process started =
        command("run", "--config", "c.json", "--log-format", "json", "--log-file", log.toString())
            .redirectErrorStream(true)
            .start();
    daemon = started;
    await(
        "the daemon",
        () -> started.isAlive() && ask("/api/status").path("health").path("rounds").asLong() > 0);
  }

  private void stop() throws InterruptedException {
    Process running = daemon;
    if (running != null) {
      running.toHandle().destroy();
      assertTrue(running.waitFor(30, TimeUnit.SECONDS), "the daemon should end on SIGTERM");
      assertEquals(128 + 15, running.exitValue());
      daemon = null;
    }
  }

  /** Restarts the daemon; checks that revivals are kept and agents run on. */
  private void restart() throws Exception {
    Map<String, String> revivals = revivals();
    Map<String, Long> pids = pids();
    stop();
    assertFalse(Files.exists(folder.resolve("pit.json")));
    pids.values()
        .forEach(pid -> assertTrue(ProcessHandle.of(pid).isPresent(), "agents outlive it"));
    start();
    assertEquals(revivals, revivals());
    assertEquals(pids, pids());
  }

  /** Condition to wait for. */
  private interface Condition {
    boolean holds() throws Exception;
  }

  private void await(String what, Condition condition) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    Exception last = null;
    while (System.nanoTime() < deadline) {
      try {
        if (condition.holds()) {
          return;
        }
      } catch (Exception e) {
        last = e;
      }
      LockSupport.parkNanos(50_000_000);
    }
    throw new AssertionError(what + ": timeout\n" + read(folder.resolve("daemon.log")), last);
  }

  private JsonNode ask(String path) throws IOException {
    return ControlClient.find(PitConfig.load(folder.resolve("c.json"))).get(path);
  }

  /** Returns the status of each revival by id. */
  private Map<String, String> revivals() throws IOException {
    Map<String, String> statuses = new TreeMap<>();
    for (JsonNode revival : ask("/api/revivals").required("revivals")) {
      statuses.put(revival.required("id").asString(), revival.required("status").asString());
    }
    return statuses;
  }

  private String awaitRevival(String agent, String status) throws IOException {
    String[] id = new String[1];
    await(
        agent + " with a revival that is " + status,
        () -> {
          for (JsonNode revival : ask("/api/revivals").required("revivals")) {
            if (revival.required("agent_id").asString().equals(agent)
                && revival.required("status").asString().equals(status)) {
              id[0] = revival.required("id").asString();
            }
          }
          return id[0] != null;
        });
    return id[0];
  }

  /** Returns the starts that an agent has recorded: incarnation and pid. */
  private List<String> starts(UUID cell, String agent) throws IOException {
    Path file =
        folder
            .resolve("root")
            .resolve(cell.toString())
            .resolve("artifacts")
            .resolve(agent + ".starts");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private long pid(UUID cell, String agent) throws IOException {
    List<String> starts = starts(cell, agent);
    return Long.parseLong(starts.get(starts.size() - 1).split(" ", -1)[1]);
  }

  /** Returns the pids of running agents. */
  private Map<String, Long> pids() throws IOException {
    Map<String, Long> pids = new TreeMap<>();
    for (String agent : List.of("steady", "other")) {
      if (!starts(ASKS, agent).isEmpty() && ProcessHandle.of(pid(ASKS, agent)).isPresent()) {
        pids.put(agent, pid(ASKS, agent));
      }
    }
    return pids;
  }

  private void awaitHealthy(String agent, int incarnation) throws IOException {
    await(
        agent + " in incarnation " + incarnation,
        () -> {
          for (JsonNode line : ask("/api/report").required("agent_health")) {
            if (line.required("agent_id").asString().equals(agent)
                && line.required("healthy").asBoolean()) {
              return true;
            }
          }
          return false;
        });
    UUID cell = agent.equals("crashy") ? GOES_AHEAD : ASKS;
    List<String> starts = starts(cell, agent);
    assertTrue(starts.get(starts.size() - 1).startsWith(incarnation + " "), starts::toString);
  }

  private static void kill(long pid) {
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    assertTrue(process.destroyForcibly());
    process.onExit().join();
  }

  private void configure() throws Exception {
    done("--create-config", "--config", "c.json");
    Path config = folder.resolve("c.json");
    Path script = Files.writeString(folder.resolve("agent.sh"), AGENT);
    String text =
        Files.readString(config)
            .replace("\"poll_interval\": 30", "\"poll_interval\": 1")
            .replace("\"http://127.0.0.1:8080\"", "")
            .replace("/var/missions", folder.resolve("root").toString())
            .replaceFirst("\"command\": .*\\]", "\"command\": [\"sh\", \"" + script + "\"]")
            .replace("\"launchers\"", "\"limits\": {\"revivals_per_agent\": 2}, \"launchers\"");
    Files.writeString(config, text);
    Files.createDirectory(folder.resolve("root"));
  }

  private String createCell(UUID id, String policy, String... agents) throws Exception {
    String cell =
        done("cell", "create", "--name", "Evening", "--root", "root", "--id", id.toString());
    for (String agent : agents) {
      done("cell", "add-agent", cell, "--id", agent, "--name", agent, "--role", "write");
    }
    Path policies = folder.resolve(cell).resolve("config").resolve("policies.json");
    Files.writeString(policies, "{\"auto_revive\": \"%s\"}".formatted(policy));
    return cell;
  }

  @Test
  void noOrderIsForgottenAcrossRestartsOfTheDaemon() throws Exception {
    configure();
    String asks = createCell(ASKS, "ask", "steady", "other");
    done("cell", "add-task", asks, "--id", "t", "--title", "Sort", "--assign", "steady");
    assertEquals("1 of 1 cells valid", done("cell", "validate", "root"));
    start();

    // A new agent counts as dead, and the policy needs approval.
    String first = awaitRevival("steady", "pending_approval");
    String other = awaitRevival("other", "pending_approval");
    restart();
    order("approve", first);
    awaitHealthy("steady", 1);
    assertEquals(1, ask("/api/status").required("waiting_for_approval").asLong());
    restart();
    order("deny", other, "--reason", "not tonight");
    restart();
    assertEquals("denied", revivals().get(other));
    assertEquals(List.of(), starts(ASKS, "other"));

    kill(pid(ASKS, "steady"));
    String second = awaitRevival("steady", "pending_approval");
    restart();
    assertEquals(1, starts(ASKS, "steady").size());
    order("approve", second);
    awaitHealthy("steady", 2);
    restart();

    order("pause", "steady", "--reason", "supper");
    kill(pid(ASKS, "steady"));
    restart();
    assertTrue(order("why", "steady").contains("supper"));
    assertEquals(2, starts(ASKS, "steady").size());
    order("resume", "steady");
    order("approve", awaitRevival("steady", "pending_approval"));
    awaitHealthy("steady", 3);
    restart();

    // An agent that crashes repeatedly, in a cell without approval.
    createCell(GOES_AHEAD, "yes", "crashy");
    await("quarantine", () -> ask("/api/status").required("quarantined").asLong() == 1);
    int crashes = starts(GOES_AHEAD, "crashy").size();
    restart();
    assertEquals(1, ask("/api/status").required("quarantined").asLong());
    assertEquals(crashes, starts(GOES_AHEAD, "crashy").size());
    Files.createFile(folder.resolve("agent.sh.mended"));
    order("lift", "crashy", "--reason", "mended");
    awaitHealthy("crashy", crashes + 1);
    restart();
    assertEquals(0, ask("/api/status").required("quarantined").asLong());
    assertEquals(crashes + 1, starts(GOES_AHEAD, "crashy").size());

    assertTrue(order("status").contains("running"));
    for (UUID cell : List.of(ASKS, GOES_AHEAD)) {
      order("stop", "--cell", cell.toString(), "--reason", "the evening ends");
    }
    await("the end of all agents", () -> agents(process -> true).isEmpty());
    stop();
    assertLogIsJson();
  }

  private void assertLogIsJson() throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(folder.resolve("daemon.log"))) {
      lines.lines().forEach(line -> assertTrue(Json.parse(line.getBytes(UTF_8)).has("message")));
    }
  }

  private List<ProcessHandle> agents(Predicate<ProcessHandle> wanted) {
    String script = folder.resolve("agent.sh").toString();
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process.info().arguments().map(all -> List.of(all).contains(script)).orElse(false))
        .filter(wanted)
        .toList();
  }

  @AfterEach
  void leaveNothingBehind() {
    if (daemon != null) {
      daemon.destroyForcibly();
    }
    agents(process -> true).forEach(ProcessHandle::destroyForcibly);
  }
}
