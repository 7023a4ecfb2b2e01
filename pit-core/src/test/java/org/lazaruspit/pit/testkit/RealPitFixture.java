package org.lazaruspit.pit.testkit;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.cell.Role;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.http.HeartbeatServer;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitBuilder;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitListener;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.internal.process.ProcessReviver;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** Base for tests with real parts: a cell on disk, a gateway over HTTP, an agent as a process. */
@Timeout(120)
public abstract class RealPitFixture {

  public static final UUID CELL = UUID.fromString("4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10");
  public static final AgentRef AGENT = new AgentRef(CELL, "writer");

  /** Events of the pits of a test, in order. */
  public final BlockingQueue<Revival> changes = new LinkedBlockingQueue<>();

  public final BlockingQueue<PitReport> reports = new LinkedBlockingQueue<>();

  @TempDir public Path folder;
  public HealthRegistry registry;
  public HeartbeatServer gateway;
  public MissionCell cell;

  @BeforeEach
  public void openGatewayAndCell() throws IOException {
    registry = HealthRegistry.create();
    gateway = HeartbeatServer.builder(registry).port(0).start();
    Path root = Files.createDirectories(folder.resolve("missions"));
    cell = MissionStore.open(root).create(NewCell.builder("Test").cellId(CELL).build());
  }

  @AfterEach
  public void nothingIsLeftOver() throws Exception {
    Reviver reviver =
        new ProcessReviver().configured(new Settings(Map.of(), folder.resolve("state")));
    assertInstanceOf(
        StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
    reviver.close();
    gateway.close();
    registry.close();
  }

  public PitConfig config(String behaviour, int maxRetries) throws IOException {
    return PitConfig.parse(folder.resolve("config.json"), configText(behaviour, maxRetries));
  }

  public String configText(String behaviour, int maxRetries) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return """
    {"poll_interval": 1, "max_retries": %d, "missions_path": "%s", "state_directory": "%s",
     "gateways": [{"name": "g", "url": "%s"}],
     "launchers": {"default": {"command": ["%s", "-XX:TieredStopAtLevel=1", "-Xmx32m",
       "-cp", "%s", "org.lazaruspit.pit.testkit.TestAgent", "%s"]}}}
    """
        .formatted(
            maxRetries,
            folder.resolve("missions"),
            folder.resolve("state"),
            gateway.uri(),
            java,
            TestAgent.CLASS_PATH,
            behaviour);
  }

  public LazarusPit startPit(String behaviour, int maxRetries) throws IOException {
    return startPit(LazarusPit.builder(config(behaviour, maxRetries)));
  }

  public LazarusPit startPit(PitBuilder builder) throws IOException {
    LazarusPit pit =
        builder
            .listener(
                new PitListener() {
                  @Override
                  public void revivalChanged(Revival revival) {
                    changes.add(revival);
                  }

                  @Override
                  public void roundEnded(PitReport report) {
                    reports.add(report);
                  }
                })
            .build();
    pit.start();
    return pit;
  }

  public void addAgent() throws IOException {
    CellEditor.of(cell.directory())
        .addAgent(AgentSpec.of("writer", "Writer", Role.WRITE).withGateway("g"));
  }

  /** Writes the status into the agent's file, as an operator does. */
  public void status(AgentStatus status) throws IOException {
    CellEditor.of(cell.directory()).updateAgent("writer", spec -> spec.withStatus(status));
  }

  public void policy(AutoRevive autoRevive) throws IOException {
    CellEditor.of(cell.directory())
        .updatePolicies(
            before -> new RevivalPolicies(autoRevive, null, null, null, null, null, null));
  }

  public Revival await(RevivalStatus status) throws InterruptedException {
    return await(changes, revival -> revival.status() == status);
  }

  public static <T> T await(BlockingQueue<T> queue, Predicate<T> wanted)
      throws InterruptedException {
    while (true) {
      T next = queue.poll(60, TimeUnit.SECONDS);
      assertNotNull(next, "event missing");
      if (wanted.test(next)) {
        return next;
      }
    }
  }

  /** Waits for rounds that began after this call, and so have seen the current state. */
  public void awaitRounds(int count) throws InterruptedException {
    reports.clear();
    for (int i = 0; i <= count; i++) {
      await(reports, report -> true);
    }
  }

  public List<String> starts() throws IOException {
    Path history = cell.directory().resolve("artifacts").resolve("writer.starts");
    return Files.exists(history) ? Files.readAllLines(history) : List.of();
  }

  /** Returns the pid of a start, whose process must run. */
  public long pidOfStart(int number) throws IOException {
    String[] parts = starts().get(number).split(" ", -1);
    return Evidence.find(
            cell.directory(), "writer", Long.parseLong(parts[0]), Long.parseLong(parts[1]))
        .orElseThrow()
        .pid();
  }

  public static void kill(long pid) {
    assertTrue(ProcessHandle.of(pid).orElseThrow().destroyForcibly());
  }

  public static void killAndAwaitEnd(long pid) {
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    assertTrue(process.destroyForcibly());
    process.onExit().join();
  }

  public static void signal(String name, long pid) throws IOException, InterruptedException {
    new ProcessBuilder("sh", "-c", "kill -s " + name + " " + pid).start().waitFor();
  }
}
