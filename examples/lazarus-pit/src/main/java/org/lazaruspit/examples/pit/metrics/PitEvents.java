package org.lazaruspit.examples.pit.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.FailureDetection;
import org.lazaruspit.pit.ForwardedHeartbeat;
import org.lazaruspit.pit.JournalWrite;
import org.lazaruspit.pit.PitListener;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.spi.AgentRef;

/** Counts and measures events of a pit. Called on the pit's one thread for listeners. */
final class PitEvents implements PitListener {

  private static final String FILE = "file";
  private static final String GATEWAY = "gateway";

  private static final List<FailureCause> REVIVED_CAUSES =
      List.of(FailureCause.EXIT, FailureCause.SILENCE, FailureCause.STUCK, FailureCause.REPORTED);

  private static final List<RevivalStatus> ENDS =
      List.of(
          RevivalStatus.REVIVED,
          RevivalStatus.FAILED,
          RevivalStatus.DENIED,
          RevivalStatus.DECLINED,
          RevivalStatus.SUPERSEDED);

  private final Counter heartbeats;
  private final Counter refusedHeartbeats;
  private final Counter troubles;
  private final Histogram detection;
  private final Counter revivals;
  private final Counter handOvers;
  private final Counter failedAttempts;
  private final Histogram revival;
  private final Histogram round;
  private final Histogram fsync;
  private final Counter journalLines;
  private final Counter journalFailures;

  /** Last heartbeat of each agent with a gateway. */
  private Map<AgentRef, Instant> heard = Map.of();

  PitEvents(PrometheusRegistry registry) {
    heartbeats =
        counter("heartbeats", "New heartbeats: each by file, at most one per round by gateway.")
            .labelNames("source")
            .register(registry);
    refusedHeartbeats =
        counter("heartbeats_refused", "Heartbeats by file refused by the gateway or the rules.")
            .register(registry);
    troubles =
        counter("troubles_detected", "Agents judged dead or held, once per incarnation.")
            .labelNames("cause")
            .register(registry);
    detection =
        seconds(
                "detection_duration",
                "Time from the end or the last heartbeat to the journaled request.")
            .classicUpperBounds(
                0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800, 3600, 10_800)
            .labelNames("cause")
            .register(registry);
    revivals =
        counter("revivals", "Ended revivals.").labelNames("cause", "outcome").register(registry);
    handOvers =
        counter("handovers", "Ended hand-overs of tasks.").labelNames("outcome").register(registry);
    failedAttempts =
        counter("revival_attempts_failed", "Failed attempts of revivals.")
            .labelNames("cause")
            .register(registry);
    revival =
        seconds("revival_duration", "Time from the request, or the approval, to the end.")
            .classicUpperBounds(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)
            .labelNames("outcome")
            .register(registry);
    round =
        seconds("round_duration", "Time of one round of the loop.")
            .classicUpperBounds(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
            .register(registry);
    fsync =
        seconds("journal_fsync_duration", "Time to write lines of a journal to disk.")
            .classicUpperBounds(
                0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5)
            .register(registry);
    journalLines =
        counter("journal_lines", "Lines written to disk in the journals.").register(registry);
    journalFailures = counter("journal_failures", "Failed writes to a journal.").register(registry);
    initialize();
  }

  private static Counter.Builder counter(String name, String help) {
    return Counter.builder().name("lazarus_pit_" + name + "_total").help(help);
  }

  private static Histogram.Builder seconds(String name, String help) {
    return Histogram.builder().name("lazarus_pit_" + name + "_seconds").help(help).classicOnly();
  }

  /** Sets all series to zero: a rate needs a value before the first event. */
  private void initialize() {
    heartbeats.initLabelValues(FILE);
    heartbeats.initLabelValues(GATEWAY);
    for (FailureCause cause : FailureCause.values()) {
      troubles.initLabelValues(cause.wireName());
    }
    detection.initLabelValues(FailureCause.EXIT.wireName());
    detection.initLabelValues(FailureCause.SILENCE.wireName());
    for (RevivalStatus end : ENDS) {
      handOvers.initLabelValues(end.wireName());
      REVIVED_CAUSES.forEach(cause -> revivals.initLabelValues(cause.wireName(), end.wireName()));
    }
    REVIVED_CAUSES.forEach(cause -> failedAttempts.initLabelValues(cause.wireName()));
    revival.initLabelValues(RevivalStatus.REVIVED.wireName());
    revival.initLabelValues(RevivalStatus.FAILED.wireName());
  }

  @Override
  public void revivalChanged(Revival changed) {
    RevivalStatus status = changed.status();
    String cause = changed.cause().wireName();
    if (status.open()) {
      if (status == RevivalStatus.PENDING && changed.attempt() > 0) {
        failedAttempts.labelValues(cause).inc();
      }
    } else if (changed.origin() == Revival.Origin.HANDOVER) {
      handOvers.labelValues(status.wireName()).inc();
    } else {
      revivals.labelValues(cause, status.wireName()).inc();
      if (status == RevivalStatus.REVIVED || status == RevivalStatus.FAILED) {
        revival.labelValues(status.wireName()).observe(seconds(took(changed)));
      }
    }
  }

  /** Returns the time of a revival, without the wait for approval. */
  private static Duration took(Revival ended) {
    Instant begun = ended.approvedAt().orElse(ended.requestedAt());
    return Duration.between(begun, ended.changedAt());
  }

  @Override
  public void roundEnded(PitReport report, Duration took) {
    round.observe(seconds(took));
    Map<AgentRef, Instant> now = new HashMap<>();
    for (PitReport.AgentLine line : report.agents()) {
      if (line.gateway().isPresent() && line.lastHeartbeat().isPresent()) {
        now.put(line.agent(), line.lastHeartbeat().get());
      }
    }
    heartbeats.labelValues(GATEWAY).inc(now.entrySet().stream().filter(this::isNew).count());
    heard = now;
  }

  private boolean isNew(Map.Entry<AgentRef, Instant> beat) {
    return !beat.getValue().equals(heard.get(beat.getKey()));
  }

  @Override
  public void failureDetected(FailureDetection detected) {
    String cause = detected.cause().wireName();
    troubles.labelValues(cause).inc();
    detected.took().ifPresent(took -> detection.labelValues(cause).observe(seconds(took)));
  }

  @Override
  public void journalWritten(JournalWrite write) {
    if (write.failure().isPresent()) {
      journalFailures.inc();
    } else {
      journalLines.inc(write.lines());
      fsync.observe(seconds(write.took()));
    }
  }

  @Override
  public void heartbeatForwarded(ForwardedHeartbeat heartbeat) {
    if (heartbeat.refusal().isPresent()) {
      refusedHeartbeats.inc();
    } else {
      heartbeats.labelValues(FILE).inc();
    }
  }

  /** Returns seconds, zero after a clock was set back: a sum must not decrease. */
  private static double seconds(Duration duration) {
    return Math.max(0, Json.seconds(duration));
  }
}
