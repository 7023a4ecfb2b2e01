package org.lazaruspit.pit.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.PitReport.AgentLine;
import org.lazaruspit.pit.PitReport.Status;
import org.lazaruspit.pit.internal.detection.Judge.Judgement;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.lazaruspit.pit.testkit.SimulatedPit;

/** Tests the status of agents in reports. */
final class ReportedStatusTest {

  private SimulatedPit pit;

  @BeforeEach
  void open() throws IOException {
    pit = new SimulatedPit("a", "b", "c");
  }

  @AfterEach
  void close() throws IOException {
    pit.close();
  }

  private Map<String, Status> statuses(PitReport report) {
    return report.agents().stream()
        .collect(Collectors.toMap(line -> line.agent().agentId(), AgentLine::status));
  }

  private PitReport startAllAgents() throws Exception {
    for (int i = 0; i < 2; i++) {
      pit.round();
    }
    return pit.round();
  }

  @Test
  void aliveAgentsAreHealthyAndOrdersReplaceTheStatus() throws Exception {
    PitReport report = startAllAgents();
    assertEquals(
        Map.of("a", Status.HEALTHY, "b", Status.HEALTHY, "c", Status.HEALTHY), statuses(report));
    assertEquals(3, report.healthyAgents());
    pit.revivals.stop(SimulatedPit.agent("a"), "enough");
    pit.revivals.pause(SimulatedPit.agent("b"), Optional.empty(), "later");
    pit.files().updateAgent("c", spec -> spec.withStatus(AgentStatus.FAILED));
    assertEquals(
        Map.of("a", Status.STOPPED, "b", Status.PAUSED, "c", Status.QUARANTINED),
        statuses(pit.round()));
  }

  @Test
  void agentsOfAnUnreachableGatewayAreHeld() throws Exception {
    startAllAgents();
    pit.machine.unreachable = 1;
    assertEquals(
        Map.of("a", Status.HELD, "b", Status.HELD, "c", Status.HELD), statuses(pit.round()));
  }

  @ParameterizedTest
  @CsvSource({
    ", UNHEALTHY",
    "OVERDUE, UNHEALTHY",
    "HELD, HELD",
    "QUARANTINED, QUARANTINED",
    "STOPPED, STOPPED",
    "PAUSED, PAUSED",
    "KEY, REFUSED",
    "MISSION, INACTIVE"
  })
  void aDeadAgentIsShownWithItsBlocker(RevivalBlocker.Kind blocker, Status expected) {
    assertEquals(
        expected,
        ReportLines.status(
            new Judgement.Dead(FailureCause.EXIT, "gone"),
            Optional.empty(),
            Optional.ofNullable(blocker).map(kind -> new RevivalBlocker(kind, "blocked"))));
  }

  @Test
  void anAliveAgentHasTheHealthThatItsGatewayReports() {
    Function<Verdict, Status> status =
        verdict ->
            ReportLines.status(
                new Judgement.Alive("", true),
                Optional.of(ProbeResult.of(target(), verdict, "", Duration.ZERO)),
                Optional.empty());
    assertEquals(Status.HEALTHY, status.apply(Verdict.HEALTHY));
    assertEquals(Status.DEGRADED, status.apply(Verdict.DEGRADED));
    assertEquals(
        Status.HEALTHY,
        ReportLines.status(new Judgement.Alive("", true), Optional.empty(), Optional.empty()));
    assertEquals(
        Status.UNKNOWN,
        ReportLines.status(
            new Judgement.Unregistered("gone?"), Optional.empty(), Optional.empty()));
  }

  private static ProbeTarget target() {
    return new ProbeTarget(SimulatedPit.agent("a"), "a", 3, Optional.empty());
  }

  @Test
  void theProbeResultIsInTheLine() {
    Instant heard = Instant.parse("2026-01-31T09:30:00Z");
    ProbeResult result =
        new ProbeResult(
            SimulatedPit.agent("a"),
            Verdict.HEALTHY,
            3,
            true,
            "",
            Duration.ofMillis(7),
            Optional.empty(),
            Optional.of("waits for quota"),
            Optional.of(heard),
            Optional.of("step 4"));
    AgentLine line = ReportLines.of(target(), Status.HEALTHY, "alive", Optional.of(result));
    assertEquals(Optional.of(heard), line.lastHeartbeat());
    assertEquals(Optional.of("step 4"), line.progress());
    assertEquals(Optional.of("waits for quota"), line.waiting());
    assertEquals(Optional.of(Duration.ofMillis(7)), line.responseTime());
    assertTrue(line.healthy());
  }
}
