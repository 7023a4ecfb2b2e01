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
 * A pit with its real rules, journal and loop body, on one thread: the disk is in memory, the
 * machine and the gateway are a {@link FakeMachine}, the time is what the test says, and it can be
 * killed after any line of its journal, with any part of the last write lost.
 */
public final class SimulatedPit implements AutoCloseable {

  public static final UUID CELL = new UUID(0x4f0b7f4e3f6b4b6eL, 0x9d512f4c6f0d9a10L);

  /** The pit is killed: nothing that it would have done after this happens. */
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  public final FakeMachine machine = new FakeMachine();
  public final Path directory;
  private final FileSystem disk = Jimfs.newFileSystem(Configuration.unix());
  private final Path root;
  private Instant now = Instant.now();
  private long epoch;

  /** Whether another pit is to have the cell. */
  public boolean wantedElsewhere;

  private int linesUntilKilled = Integer.MAX_VALUE;
  public Runnable afterEachLine = () -> {};

  /** Nobody does any more what is asked for. */
  public boolean stuck;

  public Watchdog watchdog;
  public Revivals revivals;
  private PitAssembly pit;
  private boolean alive;

  public SimulatedPit(String... agents) throws IOException {
    root = Files.createDirectory(disk.getPath("/missions"));
    MissionCell cell =
        MissionStore.open(root)
            .create(NewCell.builder("Paper").cellId(CELL).timeout(Duration.ofDays(9000)).build());
    directory = cell.directory();
    for (String agent : agents) {
      CellEditor.of(directory).addAgent(AgentSpec.of(agent, agent, Role.WRITE).withGateway("g"));
    }
    restart(1);
  }

  public static AgentRef agent(String id) {
    return new AgentRef(CELL, id);
  }

  /** A new pit takes over that decides and does nothing. */
  public void restartDry() throws IOException {
    build(true);
  }

  /** A new pit takes over, after this part of the last write has reached the disk. */
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
            config.toBuilder().missionsPath(root).build(),
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

  /** The pit will be killed right after it has written so many lines more. */
  public void killAfter(int lines) {
    linesUntilKilled = lines;
  }

  /** Another pit owns the cell from now on; this one has not been told. */
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
    // A write that was cut never returned, so nothing that it announced was done.
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

  /** The cell's files can be read and not changed: there is no place for the lock. */
  public void readOnlyFiles(boolean readOnly) throws IOException {
    Path ours = directory.resolve(".lazarus");
    Path aside = directory.resolve("aside");
    if (readOnly) {
      Files.move(ours, aside);
      Files.createFile(ours);
    } else {
      Files.delete(ours);
      Files.move(aside, ours);
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

  /** Everything is done by whoever asks for it, before the call returns. */
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

  /** Nothing happens by itself: the next round looks at what has become due. */
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
      return "paper";
    }

    @Override
    public Optional<Claim> claim(UUID cellId, Path cell) {
      long mine = ++epoch;
      return Optional.of(
          new Claim() {
            @Override
            public long epoch() {
              return mine;
            }

            @Override
            public boolean held() {
              return mine == epoch;
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
