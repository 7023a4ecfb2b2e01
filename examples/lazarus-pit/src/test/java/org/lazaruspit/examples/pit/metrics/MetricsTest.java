package org.lazaruspit.examples.pit.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.examples.pit.SmallFleet;
import org.lazaruspit.examples.pit.control.StateDirectory;
import org.lazaruspit.examples.pit.service.Daemon;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.FailureDetection;
import org.lazaruspit.pit.ForwardedHeartbeat;
import org.lazaruspit.pit.JournalWrite;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.PitReport.AgentLine;
import org.lazaruspit.pit.PitReport.Status;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.spi.AgentRef;

/** Metrics as a collector reads them. */
@Timeout(60)
final class MetricsTest {

  private static final UUID CELL = UUID.fromString("4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");
  private static final Instant NOW = Instant.parse("2026-01-31T09:30:00Z");

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PitEvents events = new PitEvents(registry);

  /** Returns the samples by name and labels. */
  private Map<String, Double> samples() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(text, registry.scrape());
    return samples(text.toString(UTF_8));
  }

  private static Map<String, Double> samples(String text) {
    return text.lines()
        .filter(line -> !line.startsWith("#"))
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.lastIndexOf(' ')),
                line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)),
                (a, b) -> a,
                TreeMap::new));
  }

  private static AgentRef agent(String id) {
    return new AgentRef(CELL, id);
  }

  private static Revival revival(
      Revival.Origin origin, RevivalStatus status, int attempt, Optional<Instant> approved) {
    return new Revival(
        "rv-1",
        agent("a"),
        origin,
        origin == Revival.Origin.HANDOVER ? Optional.of("b") : Optional.empty(),
        FailureCause.SILENCE,
        "quiet",
        NOW,
        approved,
        status,
        attempt,
        1,
        Optional.empty(),
        Optional.empty(),
        NOW.plusSeconds(7),
        "");
  }

  @ParameterizedTest
  @CsvSource({"REVIVED,1", "FAILED,1", "DENIED,0", "DECLINED,0", "SUPERSEDED,0"})
  void aRevivalIsCountedAtItsEndByCauseAndOutcome(RevivalStatus end, int measured)
      throws IOException {
    Revival.Origin death = Revival.Origin.DEATH;
    events.revivalChanged(revival(death, RevivalStatus.PENDING, 0, Optional.empty()));
    events.revivalChanged(revival(death, RevivalStatus.REVIVING, 1, Optional.empty()));
    events.revivalChanged(revival(death, end, 1, Optional.empty()));
    Map<String, Double> samples = samples();
    String outcome = "outcome=\"" + end.wireName() + "\"}";
    assertEquals(1, samples.get("lazarus_pit_revivals_total{cause=\"silence\"," + outcome));
    assertEquals(
        1,
        samples.entrySet().stream()
            .filter(sample -> sample.getKey().startsWith("lazarus_pit_revivals_total"))
            .mapToDouble(Map.Entry::getValue)
            .sum());
    if (measured == 1) {
      assertEquals(7, samples.get("lazarus_pit_revival_duration_seconds_sum{" + outcome));
    }
    assertEquals(0, samples.get("lazarus_pit_handovers_total{" + outcome));
  }

  @Test
  void waitForApprovalDoesNotCountAsRevivalTime() throws IOException {
    Optional<Instant> approved = Optional.of(NOW.plusSeconds(5));
    events.revivalChanged(revival(Revival.Origin.DEATH, RevivalStatus.REVIVED, 1, approved));
    assertEquals(2, samples().get("lazarus_pit_revival_duration_seconds_sum{outcome=\"revived\"}"));
  }

  @Test
  void attemptsThatFailAndHandOversAreCountedForThemselves() throws IOException {
    Revival.Origin death = Revival.Origin.DEATH;
    events.revivalChanged(revival(death, RevivalStatus.PENDING, 1, Optional.empty()));
    events.revivalChanged(revival(death, RevivalStatus.PENDING, 2, Optional.empty()));
    Revival.Origin handOver = Revival.Origin.HANDOVER;
    events.revivalChanged(revival(handOver, RevivalStatus.REVIVED, 1, Optional.empty()));
    Map<String, Double> samples = samples();
    assertEquals(2, samples.get("lazarus_pit_revival_attempts_failed_total{cause=\"silence\"}"));
    assertEquals(1, samples.get("lazarus_pit_handovers_total{outcome=\"revived\"}"));
    assertEquals(
        0, samples.get("lazarus_pit_revivals_total{cause=\"silence\",outcome=\"revived\"}"));
  }

  @Test
  void aDetectionIsMeasuredWhereItsBeginningIsKnown() throws IOException {
    events.failureDetected(
        new FailureDetection(
            agent("a"), 1, FailureCause.EXIT, NOW, Optional.of(NOW.minusMillis(20))));
    events.failureDetected(
        new FailureDetection(agent("b"), 1, FailureCause.EXIT, NOW, Optional.empty()));
    Map<String, Double> samples = samples();
    assertEquals(2, samples.get("lazarus_pit_troubles_detected_total{cause=\"exit\"}"));
    String name = "lazarus_pit_detection_duration_seconds";
    assertEquals(1, samples.get(name + "_count{cause=\"exit\"}"));
    assertEquals(0.02, samples.get(name + "_sum{cause=\"exit\"}"), 1e-9);
    assertEquals(0, samples.get(name + "_bucket{cause=\"exit\",le=\"0.005\"}"));
    assertEquals(1, samples.get(name + "_bucket{cause=\"exit\",le=\"0.025\"}"));
  }

  @Test
  void journalWritesAreMeasuredAndFailuresCounted() throws IOException {
    events.journalWritten(new JournalWrite(CELL, 3, Duration.ofMillis(2), Optional.empty()));
    events.journalWritten(new JournalWrite(CELL, 2, Duration.ofMillis(9), Optional.of("full")));
    Map<String, Double> samples = samples();
    assertEquals(3, samples.get("lazarus_pit_journal_lines_total"));
    assertEquals(1, samples.get("lazarus_pit_journal_fsync_duration_seconds_count"));
    assertEquals(0.002, samples.get("lazarus_pit_journal_fsync_duration_seconds_sum"), 1e-9);
    assertEquals(1, samples.get("lazarus_pit_journal_failures_total"));
  }

  private static AgentLine line(String id, Status status, Instant heard) {
    return new AgentLine(
        agent(id),
        Optional.of("g"),
        status,
        1,
        "",
        Optional.empty(),
        Optional.ofNullable(heard),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void heartbeatIsCountedOnce() throws IOException {
    events.heartbeatForwarded(new ForwardedHeartbeat(agent("a"), Optional.empty()));
    events.heartbeatForwarded(new ForwardedHeartbeat(agent("a"), Optional.of("409")));
    PitReport first =
        new PitReport(
            NOW,
            1,
            List.of(line("a", Status.HEALTHY, NOW), line("b", Status.UNKNOWN, null)),
            List.of());
    events.roundEnded(first, Duration.ofMillis(5));
    events.roundEnded(first, Duration.ofMillis(5));
    PitReport second =
        new PitReport(
            NOW,
            1,
            List.of(line("a", Status.HEALTHY, NOW.plusSeconds(1)), line("b", Status.HEALTHY, NOW)),
            List.of());
    events.roundEnded(second, Duration.ofMillis(5));
    Map<String, Double> samples = samples();
    assertEquals(3, samples.get("lazarus_pit_heartbeats_total{source=\"gateway\"}"));
    assertEquals(1, samples.get("lazarus_pit_heartbeats_total{source=\"file\"}"));
    assertEquals(1, samples.get("lazarus_pit_heartbeats_refused_total"));
    assertEquals(3, samples.get("lazarus_pit_round_duration_seconds_count"));
  }

  @Test
  void theQuietestAgentIsTheOneThatWasHeardLongestAgoAmongThoseThatAreWatched() {
    PitReport report =
        new PitReport(
            NOW,
            1,
            List.of(
                line("a", Status.HEALTHY, NOW.minusSeconds(3)),
                line("b", Status.DEGRADED, NOW.minusSeconds(40)),
                line("c", Status.STOPPED, NOW.minusSeconds(4000)),
                line("d", Status.HEALTHY, null)),
            List.of());
    assertEquals(40, PitMetrics.oldestHeartbeat(report, NOW));
    assertEquals(0, PitMetrics.oldestHeartbeat(new PitReport(NOW, 0, List.of(), List.of()), NOW));
  }

  @TempDir Path folder;

  private static String scrape(Daemon daemon, String token, String accept) throws IOException {
    URI url = URI.create(daemon.url() + "/metrics");
    HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
    connection.setRequestProperty("Authorization", "Bearer " + token);
    connection.setRequestProperty("Accept", accept);
    assertEquals(200, connection.getResponseCode());
    return connection.getContentType()
        + "\n"
        + new String(connection.getInputStream().readAllBytes(), UTF_8);
  }

  /** Returns name, type and labels of each metric in the table of the manual. */
  private static Map<String, String> documented() throws IOException {
    Map<String, String> metrics = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("..", "..", "docs", "operations.md"))) {
      String[] cells = line.split(" ?\\| ?", -1);
      if (cells.length == 6 && (line.startsWith("| `lazarus_") || line.startsWith("| `process_"))) {
        String labels = cells[3].replace("`", "").replace(" ", "");
        metrics.put(cells[1].replace("`", ""), cells[2] + " {" + labels + "}");
      }
    }
    return metrics;
  }

  /** Returns name, type and labels of each metric in a scrape. */
  private static Map<String, String> described(String text) {
    Map<String, String> metrics = new TreeMap<>();
    for (String line : text.lines().filter(each -> each.startsWith("# TYPE ")).toList()) {
      String[] words = line.split(" ", -1);
      Set<String> labels = new TreeSet<>();
      text.lines()
          .filter(each -> each.matches(words[2] + "(_bucket|_sum|_count)?\\{.*"))
          .flatMap(each -> LABEL.matcher(each).results())
          .map(found -> found.group(1))
          .filter(label -> !label.equals("le"))
          .forEach(labels::add);
      metrics.put(words[2], words[3] + " {" + String.join(",", labels) + "}");
    }
    return metrics;
  }

  @Test
  void aDaemonIsScrapedWithItsTokenInTheFormatThatIsAskedFor() throws Exception {
    SmallFleet fleet = new SmallFleet(folder);
    Path cell =
        MissionStore.open(fleet.root())
            .create(NewCell.builder("x").cellId(CELL).build())
            .directory();
    CellEditor.of(cell).addAgent(AgentSpec.of("writer", "A", Role.WRITE));
    try (Daemon daemon = fleet.start()) {
      assertTrue(daemon.current().work().firstRound().await(Duration.ofSeconds(30)));
      String token = StateDirectory.readToken(fleet.state());
      String text = scrape(daemon, token, "text/plain");
      assertTrue(text.startsWith("text/plain; version=0.0.4"), text);
      Map<String, Double> samples = samples(text.substring(text.indexOf('\n') + 1));
      assertEquals(1, samples.get("lazarus_pit_cells"));
      assertEquals(
          1,
          samples.entrySet().stream()
              .filter(sample -> sample.getKey().startsWith("lazarus_pit_agents{"))
              .mapToDouble(Map.Entry::getValue)
              .sum());
      assertEquals(1, samples.get("lazarus_pit_well"));
      assertTrue(samples.get("lazarus_pit_round_duration_seconds_count") >= 1);
      assertTrue(samples.get("lazarus_pit_last_round_timestamp_seconds") > 0);
      assertTrue(samples.keySet().stream().noneMatch(name -> name.contains(CELL.toString())));
      assertEquals(documented(), described(text));
      String open = scrape(daemon, token, "application/openmetrics-text; version=1.0.0");
      assertTrue(open.startsWith("application/openmetrics-text"), open);
      assertTrue(open.endsWith("# EOF\n"), open);
    }
  }
}
