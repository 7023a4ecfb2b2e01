package org.lazaruspit.examples.pit.metrics;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.lazaruspit.examples.pit.control.CurrentPit;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.examples.pit.text.Version;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.PitReport.AgentLine;
import org.lazaruspit.pit.PitReport.Overdue;
import org.lazaruspit.pit.PitReport.Status;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;

/** Metrics of the state of the pit and its fleet at the time of the request. */
final class PitMetrics {

  private final PrometheusRegistry registry;
  private final CurrentPit current;
  private final LogCounts log;

  private PitMetrics(PrometheusRegistry registry, CurrentPit current, LogCounts log) {
    this.registry = registry;
    this.current = current;
    this.log = log;
  }

  static void register(PrometheusRegistry registry, CurrentPit current, LogCounts log) {
    PitMetrics metrics = new PitMetrics(registry, current, log);
    metrics.registerDaemon();
    metrics.registerFleet();
    metrics.registerLoop();
  }

  private void registerDaemon() {
    Info build =
        Info.builder()
            .name("lazarus_pit_build_info")
            .help("The version of this daemon.")
            .labelNames("version")
            .register(registry);
    build.setLabelValues(Version.number());
    gauge(
        "process_start_time_seconds",
        "Start time of the daemon.",
        pit -> seconds(current.startedAt()));
    gauge(
        "lazarus_pit_dry_run",
        "Whether the daemon starts and stops no agent.",
        pit -> current.dryRun() ? 1 : 0);
    gauge(
        "lazarus_pit_plugin_problems",
        "Plug-ins, and settings of plug-ins, that are not used.",
        pit -> pit.pluginProblems().size());
    CounterWithCallback.builder()
        .name("lazarus_pit_log_messages_total")
        .help("Logged warnings and errors.")
        .labelNames("level")
        .callback(
            callback -> {
              callback.call((double) log.warnings(), "warn");
              callback.call((double) log.errors(), "error");
            })
        .register(registry);
  }

  private void registerFleet() {
    gauge("lazarus_pit_cells", "Owned cells.", pit -> pit.report().cells());
    GaugeWithCallback.builder()
        .name("lazarus_pit_agents")
        .help("Agents by status.")
        .labelNames("status")
        .callback(
            callback -> {
              List<AgentLine> agents = report().agents();
              for (Status status : Status.values()) {
                callback.call(count(agents, line -> line.status() == status), status.wireName());
              }
            })
        .register(registry);
    GaugeWithCallback.builder()
        .name("lazarus_pit_overdue")
        .help("Overdue missions, tasks and checkpoints.")
        .labelNames("kind")
        .callback(
            callback -> {
              List<Overdue> overdue = report().overdue();
              for (Overdue.Kind kind : Overdue.Kind.values()) {
                callback.call(count(overdue, line -> line.kind() == kind), wireName(kind));
              }
            })
        .register(registry);
    GaugeWithCallback.builder()
        .name("lazarus_pit_revivals_open")
        .help("Open revivals and hand-overs.")
        .labelNames("status")
        .callback(
            callback -> {
              List<Revival> revivals = current.work().pit().engine().revivals();
              for (RevivalStatus status : RevivalStatus.values()) {
                if (status.open()) {
                  callback.call(count(revivals, it -> it.status() == status), status.wireName());
                }
              }
            })
        .register(registry);
    gauge(
        "lazarus_pit_oldest_heartbeat_age_seconds",
        "Longest silence among watched agents; 0 without watched agents.",
        pit -> oldestHeartbeat(pit.report(), Instant.now()));
  }

  private void registerLoop() {
    gauge(
        "lazarus_pit_well", "Whether the pit itself is well.", pit -> pit.health().well() ? 1 : 0);
    gauge(
        "lazarus_pit_loop_lag_seconds",
        "Delay of the next round of the loop.",
        pit -> Json.seconds(pit.health().late()));
    gauge(
        "lazarus_pit_last_round_timestamp_seconds",
        "End of the last round of the loop; 0 before the first.",
        pit -> pit.health().lastRound().map(PitMetrics::seconds).orElse(0.0));
  }

  private void gauge(String name, String help, ToDoubleFunction<LazarusPit> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.applyAsDouble(current.work().pit())))
        .register(registry);
  }

  private PitReport report() {
    return current.work().pit().report();
  }

  static double oldestHeartbeat(PitReport report, Instant now) {
    return report.agents().stream()
        .filter(line -> isWatched(line.status()))
        .flatMap(line -> line.lastHeartbeat().stream())
        .min(Comparator.naturalOrder())
        .map(oldest -> Math.max(0, Json.seconds(Duration.between(oldest, now))))
        .orElse(0.0);
  }

  private static boolean isWatched(Status status) {
    return switch (status) {
      case HEALTHY, DEGRADED, UNHEALTHY -> true;
      case REVIVING, HELD, QUARANTINED, STOPPED, PAUSED, REFUSED, INACTIVE, UNKNOWN -> false;
    };
  }

  private static <T> double count(List<T> all, Predicate<T> wanted) {
    return all.stream().filter(wanted).count();
  }

  private static String wireName(Overdue.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static double seconds(Instant instant) {
    return instant.toEpochMilli() / 1e3;
  }
}
