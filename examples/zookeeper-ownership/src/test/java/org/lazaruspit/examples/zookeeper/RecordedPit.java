package org.lazaruspit.examples.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitListener;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.internal.process.ProcessReviver;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/**
 * Pit in a JVM of its own that records its claims, its checks of claims and its acts, with times of
 * the clock that all processes of this machine share.
 */
public final class RecordedPit {

  private static final Map<UUID, Long> EPOCHS = new ConcurrentHashMap<>();

  /** Time of the last successful check of a claim by the thread. */
  private static final ThreadLocal<Long> CHECKED = new ThreadLocal<>();

  private static FileChannel history;

  private RecordedPit() {}

  /**
   * Runs until SIGTERM, then closes the pit.
   *
   * @param args the configuration, and the file of the record
   * @throws Exception if the pit cannot be built
   */
  public static void main(String[] args) throws Exception {
    history =
        FileChannel.open(Path.of(args[1]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    PitConfig config = PitConfig.load(Path.of(args[0]));
    Settings settings =
        new Settings(
            Objects.requireNonNull(config.plugins().get("zookeeper")), config.stateDirectory());
    LazarusPit pit =
        LazarusPit.builder(config)
            .ownership(new RecordedOwnership(new ZooKeeperOwnership().configured(settings)))
            .reviver(
                new RecordedReviver(
                    new ProcessReviver()
                        .configured(new Settings(Map.of(), config.stateDirectory()))))
            .listener(
                new PitListener() {
                  @Override
                  public void roundEnded(PitReport report) {
                    write("round", System.nanoTime(), new UUID(0, 0), report.cells(), "");
                  }
                })
            .build();
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  pit.close();
                  ended.countDown();
                }));
    pit.start();
    ended.await();
  }

  /**
   * Writes a line in one call, so that lines of two threads do not mix and a killed pit leaves
   * whole lines.
   */
  private static void write(String event, long nanos, UUID cell, long epoch, String detail) {
    String line = "%d %s %s %d %s%n".formatted(nanos, event, cell, epoch, detail);
    try {
      history.write(ByteBuffer.wrap(line.getBytes(UTF_8)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class RecordedOwnership implements CellOwnership {

    private final CellOwnership ownership;

    RecordedOwnership(CellOwnership ownership) {
      this.ownership = ownership;
    }

    @Override
    public String name() {
      return ownership.name();
    }

    @Override
    public Optional<Claim> claim(UUID cellId, Path directory) throws IOException {
      Optional<Claim> claim = ownership.claim(cellId, directory);
      claim.ifPresent(
          got -> {
            EPOCHS.put(cellId, got.epoch());
            write("claimed", System.nanoTime(), cellId, got.epoch(), "");
          });
      return claim.map(got -> new RecordedClaim(cellId, got));
    }

    @Override
    public void close() {
      ownership.close();
    }
  }

  private record RecordedClaim(UUID cellId, CellOwnership.Claim claim)
      implements CellOwnership.Claim {

    @Override
    public long epoch() {
      return claim.epoch();
    }

    /** Records the time before the check: the answer guarantees ownership at that time. */
    @Override
    public boolean held() {
      long checked = System.nanoTime();
      boolean held = claim.held();
      if (held) {
        CHECKED.set(checked);
        write("held", checked, cellId, epoch(), "");
      }
      return held;
    }

    @Override
    public boolean wantedElsewhere() {
      return claim.wantedElsewhere();
    }

    @Override
    public void close() {
      write("released", System.nanoTime(), cellId, epoch(), "");
      claim.close();
    }
  }

  private record RecordedReviver(Reviver reviver) implements Reviver {

    /**
     * Records an act with the time of the check before it: each act needs a check of its own, by
     * the same thread. A pause between check and act cannot be excluded; the records of the agents
     * show that such an act has no effect.
     */
    private static void act(AgentRef agent, String description) {
      long epoch = EPOCHS.getOrDefault(agent.cellId(), 0L);
      Long checked = CHECKED.get();
      CHECKED.remove();
      write(
          checked == null ? "unasked" : "acts",
          checked == null ? System.nanoTime() : checked,
          agent.cellId(),
          epoch,
          description + " " + agent.agentId());
    }

    @Override
    public String name() {
      return reviver.name();
    }

    @Override
    public boolean needsLauncher() {
      return reviver.needsLauncher();
    }

    @Override
    public void claimed(UUID cellId, Path cellDirectory) throws IOException {
      reviver.claimed(cellId, cellDirectory);
    }

    @Override
    public Presence presence(AgentRef agent) throws IOException, InterruptedException {
      return reviver.presence(agent);
    }

    @Override
    public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
      act(order.agent(), "stop");
      return reviver.stop(order);
    }

    @Override
    public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
      act(order.agent(), "start " + order.incarnation());
      return reviver.start(order);
    }

    @Override
    public void close() {
      reviver.close();
    }
  }
}
