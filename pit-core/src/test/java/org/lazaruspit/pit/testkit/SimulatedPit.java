package org.lazaruspit.pit.testkit;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.internal.detection.EmbeddedRegistries;
import org.lazaruspit.pit.internal.detection.FallbackHealthRegistry;
import org.lazaruspit.pit.internal.journal.JournalEntry;
import org.lazaruspit.pit.internal.journal.RevivalJournal;
import org.lazaruspit.pit.internal.ledger.RevivalLedger;
import org.lazaruspit.pit.internal.loop.PitAssembly;
import org.lazaruspit.pit.internal.loop.RoundTrigger;
import org.lazaruspit.pit.internal.loop.Watchdog;
import org.lazaruspit.pit.internal.notify.ListenerQueue;
import org.lazaruspit.pit.internal.revival.Revivals;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.CellOwnership;

/**
 * Pit with its real rules, journal and rounds, on one thread: the disk is in memory, the machine
 * and the gateway are a {@link FakeMachine}, the test sets the time, and can kill the pit after any
 * line of its journal, with any part of the last write lost.
 */
public final class SimulatedPit implements AutoCloseable {

  public static final UUID CELL = new UUID(0x4f0b7f4e3f6b4b6eL, 0x9d512f4c6f0d9a10L);

  /** Thrown to kill the pit. */
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  public final FakeMachine machine = new FakeMachine();
  public final Path directory;
  private final FileSystem disk = Jimfs.newFileSystem(Configuration.unix());
  private final Path root;
  private Instant now = Instant.now();
  private long epoch;

  /** Whether the cell is wanted by another pit. */
  public boolean wantedElsewhere;

  private int linesUntilKilled = Integer.MAX_VALUE;
  public Runnable afterEachLine = () -> {};

  /** Whether submitted tasks are dropped. */
  public boolean stuck;

  public Watchdog watchdog;
  public Revivals revivals;
  private PitAssembly pit;
  private boolean alive;

  public SimulatedPit(String... agents) throws IOException {
    root = Files.createDirectory(disk.getPath("/missions"));
    MissionCell cell =
        MissionStore.open(root)
            .create(
                NewCell.builder("Simulated").cellId(CELL).timeout(Duration.ofDays(9000)).build());
    directory = cell.directory();
    for (String agent : agents) {
      CellEditor.of(directory).addAgent(AgentSpec.of(agent, agent, Role.WRITE).withGateway("g"));
    }
    restart(1);
  }

  public static AgentRef agent(String id) {
    return new AgentRef(CELL, id);
  }

  /** Replaces the pit by one in a dry run. */
  public void restartDry() throws IOException {
    build(true);
  }

  /** Replaces the pit by a new one; only this part of the last write is on disk. */
  public void restart(double written) throws IOException {
    if (!alive && epoch > 0) {
      cutLastWrite(written);
    }
    alive = true;
    linesUntilKilled = Integer.MAX_VALUE;
    build(false);
  }

  private void build(boolean dryRun) throws IOException {
    PitConfig config =
        PitConfig.parse(
            Path.of("/nowhere/config.json"),
            """
            {"gateways": [{"name": "g", "url": "http://127.0.0.1:1"}],
             "launchers": {"default": {"command": ["agent"]}},
             "limits": {"concurrent_revivals": 4, "revivals_per_minute": 100000,
                        "revivals_per_agent": 5, "per_agent_window": 900}}
            """);
    FakeMachine.Machine reviver = machine.machine();
    pit =
        new PitAssembly(
            config.toBuilder().missionsPath(root).stateDirectory(disk.getPath("/state")).build(),
            new PitAssembly.PlugIns(machine.new Gateway(), reviver, new SimulatedOwnership()),
            new PitAssembly.Registries(
                new EmbeddedRegistries(Map.of(), null, List.of()),
                new FallbackHealthRegistry(HealthRegistry.create())), // whose time never passes
            new PitAssembly.Clocks(() -> now, () -> Duration.between(Instant.EPOCH, now).toNanos()),
            new PitAssembly.Threads(Runnable::run, new Here(), idleTimer()),
            new ListenerQueue(List.of(), this::lineWritten, Thread::new),
            new RoundTrigger(),
            () -> true,
            dryRun);
    revivals = pit.revivals();
    watchdog = pit.watchdog();
    watchdog.started();
  }

  private void lineWritten() {
    afterEachLine.run();
    linesUntilKilled--;
    if (linesUntilKilled == 0) {
      alive = false;
      throw new Killed();
    }
  }

  /** Kills the pit after so many further lines. */
  public void killAfter(int lines) {
    linesUntilKilled = lines;
  }

  /** Gives the cell to another pit, unnoticed by this one. */
  public void loseTheCell() {
    epoch++;
  }

  public boolean alive() {
    return alive;
  }

  private void cutLastWrite(double written) throws IOException {
    Path journal = directory.resolve("logs").resolve("revivals.jsonl");
    byte[] bytes = Files.readAllBytes(journal);
    int last = bytes.length - 1;
    while (last > 0 && bytes[last - 1] != '\n') {
      last--;
    }
    // An incomplete write never returned, so its events were not carried out.
    Files.write(journal, Arrays.copyOf(bytes, last + (int) ((bytes.length - last) * written)));
  }

  public PitReport round() throws IOException, InterruptedException {
    return pit.runRound();
  }

  public void advance(Duration time) {
    now = now.plus(time);
  }

  public Instant now() {
    return now;
  }

  /** Makes the cell's files read-only, by blocking the folder of their lock. */
  public void readOnlyFiles(boolean readOnly) throws IOException {
    Path folder = directory.resolve(".lazarus");
    Path aside = directory.resolve("aside");
    if (readOnly) {
      Files.move(folder, aside);
      Files.createFile(folder);
    } else {
      Files.delete(folder);
      Files.move(aside, folder);
    }
  }

  public CellEditor files() {
    return CellEditor.of(directory);
  }

  public RevivalLedger ledger() {
    return pit.cells().find(CELL).orElseThrow().ledger();
  }

  public boolean ownsCell() {
    return pit.cells().find(CELL).isPresent();
  }

  public List<JournalEntry> replayed() throws IOException {
    Path copy = disk.getPath("/copy", "revivals.jsonl");
    Files.createDirectories(copy.getParent());
    Files.write(copy, Files.readAllBytes(directory.resolve("logs").resolve("revivals.jsonl")));
    try (RevivalJournal journal = RevivalJournal.open(CELL, copy, () -> now)) {
      return journal.replayed();
    }
  }

  @Override
  public void close() throws IOException {
    disk.close();
  }

  /** Executor that runs tasks on the calling thread. */
  private final class Here extends AbstractExecutorService {
    @Override
    public void execute(Runnable task) {
      if (!stuck) {
        task.run();
      }
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }

  /** Returns a timer that runs nothing: due tasks are left to the next round. */
  private static ScheduledExecutorService idleTimer() {
    ScheduledFuture<?> due = proxy(ScheduledFuture.class, 0L);
    return proxy(ScheduledExecutorService.class, due);
  }

  private static <T> T proxy(Class<T> type, Object answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> answer));
  }

  private final class SimulatedOwnership implements CellOwnership {
    @Override
    public String name() {
      return "simulated";
    }

    @Override
    public Optional<Claim> claim(UUID cellId, Path cell) {
      boolean other = !cellId.equals(CELL); // never lost
      long mine = other ? 1 : ++epoch;
      return Optional.of(
          new Claim() {
            @Override
            public long epoch() {
              return mine;
            }

            @Override
            public boolean held() {
              return other || mine == epoch;
            }

            @Override
            public boolean wantedElsewhere() {
              return wantedElsewhere;
            }

            @Override
            public void close() {}
          });
    }
  }
}
