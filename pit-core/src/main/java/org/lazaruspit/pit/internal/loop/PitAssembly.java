package org.lazaruspit.pit.internal.loop;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.cell.OwnedCells;
import org.lazaruspit.pit.internal.detection.EmbeddedRegistries;
import org.lazaruspit.pit.internal.detection.FallbackHealthRegistry;
import org.lazaruspit.pit.internal.detection.GatewayKeys;
import org.lazaruspit.pit.internal.detection.GatewayPoller;
import org.lazaruspit.pit.internal.detection.GatewaySubscriptions;
import org.lazaruspit.pit.internal.detection.HeartbeatFileMonitor;
import org.lazaruspit.pit.internal.detection.ProbeRouter;
import org.lazaruspit.pit.internal.detection.ProbeTargets;
import org.lazaruspit.pit.internal.journal.RevivalIds;
import org.lazaruspit.pit.internal.notify.ListenerQueue;
import org.lazaruspit.pit.internal.plugin.FencedReviver;
import org.lazaruspit.pit.internal.revival.CanaryGate;
import org.lazaruspit.pit.internal.revival.QuarantinePlanner;
import org.lazaruspit.pit.internal.revival.RevivalDispatcher;
import org.lazaruspit.pit.internal.revival.RevivalRunner;
import org.lazaruspit.pit.internal.revival.Revivals;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.HealthProbe;

/**
 * Parts of one pit, wired together. Plug-ins, time and threads come from outside, so that the same
 * wiring serves a pit on real parts and a simulated one. Starts no thread.
 */
public final class PitAssembly implements AutoCloseable {

  /** Plug-ins of a pit, guarded. */
  public record PlugIns(HealthProbe probe, FencedReviver reviver, CellOwnership ownership) {}

  /** Sources of health inside this JVM: the embedder's registries, and the pit's own rules. */
  public record Registries(EmbeddedRegistries embedded, FallbackHealthRegistry fallback) {}

  /** Clocks of a pit: wall time for people, nanoseconds for rules. */
  public record Clocks(InstantSource wall, LongSupplier nanos) {}

  /** Threads of a pit: for probes, for revivals, and for timers. */
  public record Threads(
      Executor probes, ExecutorService revivals, ScheduledExecutorService timer) {}

  private final boolean dryRun;
  private final OwnedCells cells = new OwnedCells();
  private final ProbeRouter probes;
  private final FallbackHealthRegistry fallback;
  private final Revivals revivals;
  private final CellClaims claims;
  private final Watchdog watchdog;
  private final GatewaySubscriptions subscriptions;
  private final CheckpointCommitter committer;
  private final SupervisionRound round;
  private volatile PitReport report;

  /**
   * Wires a pit.
   *
   * @param trigger begins rounds early
   * @param loopRuns whether the loop's thread is alive
   * @param dryRun whether decisions are only journaled
   * @throws IOException if the missions root, or the record of agents' keys, cannot be read
   */
  public PitAssembly(
      PitConfig config,
      PlugIns plugIns,
      Registries registries,
      Clocks clocks,
      Threads threads,
      ListenerQueue listeners,
      RoundTrigger trigger,
      BooleanSupplier loopRuns,
      boolean dryRun)
      throws IOException {
    this.dryRun = dryRun;
    InstantSource clock = clocks.wall();
    fallback = registries.fallback();
    GatewayKeys keys = new GatewayKeys(config, registries.embedded(), dryRun);
    probes =
        new ProbeRouter(
            plugIns.probe(),
            registries.embedded(),
            fallback,
            keys,
            new HeartbeatFileMonitor.Settings(clock, config.timeout()),
            listeners::heartbeatForwarded,
            dryRun);
    ProbeTargets targets = new ProbeTargets(config, registries.embedded(), keys);
    ExitListener exits = new ExitListener(threads.revivals());
    RevivalIds ids = new RevivalIds();
    QuarantinePlanner quarantines = new QuarantinePlanner(config, clock, ids);
    CanaryGate canaries = new CanaryGate();
    RevivalDispatcher dispatcher =
        new RevivalDispatcher(
            config,
            plugIns.reviver(),
            new RevivalRunner(config, plugIns.reviver(), probes, targets),
            quarantines,
            canaries,
            cells,
            clock,
            threads.revivals(),
            threads.timer(),
            exits::follow,
            dryRun);
    revivals =
        new Revivals(
            config, clock, ids, quarantines, canaries, dispatcher, cells, dryRun, trigger::now);
    exits.reportTo(revivals);
    claims =
        new CellClaims(
            MissionStore.open(config.missionsPath()),
            plugIns.ownership(),
            plugIns.reviver(),
            revivals,
            cells,
            clock,
            listeners,
            keys,
            dryRun);
    watchdog = new Watchdog(config.pollInterval(), clocks.nanos(), clock, loopRuns);
    subscriptions = new GatewaySubscriptions(probes, trigger::news);
    committer = new CheckpointCommitter(threads.revivals());
    round =
        new SupervisionRound(
            config,
            plugIns.reviver(),
            new GatewayPoller(probes, threads.probes(), trigger::news),
            subscriptions,
            fallback,
            watchdog,
            targets,
            keys,
            revivals,
            exits,
            clock);
    report = new PitReport(clock.instant(), 0, List.of(), List.of());
  }

  /** Runs one round over all owned cells, and dispatches the revivals that it requests. */
  public PitReport runRound() throws IOException, InterruptedException {
    List<OwnedCell> owned = claims.refresh();
    report = round.run(owned);
    revivals.judged(report);
    revivals.dispatch();
    if (!dryRun) {
      committer.begin(owned);
    }
    watchdog.roundEnded();
    return report;
  }

  /** Returns the report of the last round; an empty one before the first. */
  public PitReport report() {
    return report;
  }

  /** Returns the revivals of the owned cells. */
  public Revivals revivals() {
    return revivals;
  }

  /** Returns the cells that this pit owns. */
  public OwnedCells cells() {
    return cells;
  }

  /** Returns the missions of the owned cells, each as last read, by cell id. */
  public List<MissionCell> missions() {
    return cells.all().stream().map(OwnedCell::cell).toList();
  }

  /** Returns the claims on cells. */
  public CellClaims claims() {
    return claims;
  }

  /** Returns the heartbeat files of the agents. */
  public HeartbeatFileMonitor heartbeatFiles() {
    return probes.files();
  }

  /** Returns the watchdog of the loop. */
  public Watchdog watchdog() {
    return watchdog;
  }

  /** Ends the subscriptions at gateways and the pit's own rules, and releases every cell. */
  @Override
  public void close() {
    subscriptions.close();
    fallback.close();
    claims.close();
  }
}
