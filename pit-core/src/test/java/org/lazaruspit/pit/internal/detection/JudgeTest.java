package org.lazaruspit.pit.internal.detection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.internal.detection.Judge.Judgement;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.RunningAgent;

final class JudgeTest {

  private static final AgentRef AGENT = new AgentRef(new UUID(1, 2), "writer");
  private static final Presence RUNNING =
      new Presence.Running(new RunningAgent(AGENT, 3, "pid 9", new CompletableFuture<>()));
  private static final Presence ABSENT = new Presence.Absent("its lock is free");
  private static final Presence UNKNOWN = new Presence.Unknown("on another machine");

  private static Judgement judge(
      long incarnation, Presence presence, Verdict verdict, long probed, String detail) {
    return Judge.judge(
        incarnation,
        presence,
        Optional.of(new ProbeResult(AGENT, verdict, probed, true, detail, Duration.ZERO)),
        true);
  }

  @ParameterizedTest
  @EnumSource(Verdict.class)
  void aStartedTreeThatIsGoneIsDeadRegardlessOfTheGateway(Verdict verdict) {
    Judgement.Dead dead =
        assertInstanceOf(Judgement.Dead.class, judge(3, ABSENT, verdict, 3, "detail"));
    assertEquals(FailureCause.EXIT, dead.cause());
  }

  @Test
  void anAgentUnknownToItsGatewayAndNotRunningIsDead() {
    assertInstanceOf(
        Judgement.Dead.class, judge(0, ABSENT, Verdict.UNKNOWN, 0, "does not know it"));
  }

  @Test
  void anAgentStartedByOtherMeansIsNotDeadBeforeItsFirstSilence() {
    Optional<ProbeResult> unknown =
        Optional.of(new ProbeResult(AGENT, Verdict.UNKNOWN, 0, false, "", Duration.ZERO));
    assertInstanceOf(Judgement.Unregistered.class, Judge.judge(0, ABSENT, unknown, false));
    assertInstanceOf(Judgement.Alive.class, Judge.judge(0, ABSENT, Optional.empty(), false));
  }

  @Test
  void anAgentUnknownToItsGatewayButRunningIsRegisteredAndNotKilled() {
    assertInstanceOf(
        Judgement.Unregistered.class, judge(3, RUNNING, Verdict.UNKNOWN, 0, "forgot it"));
    assertInstanceOf(
        Judgement.Unregistered.class, judge(3, UNKNOWN, Verdict.UNKNOWN, 0, "forgot it"));
  }

  @ParameterizedTest
  @CsvSource({
    "alive and stuck: no progress for 60 s, STUCK",
    "silent for 900 s, SILENCE",
    "disk full, REPORTED"
  })
  void anUnhealthyAgentIsDeadWithTheCauseOfItsGateway(String message, FailureCause cause) {
    assertEquals(
        new Judgement.Dead(cause, message), judge(3, RUNNING, Verdict.UNHEALTHY, 3, message));
  }

  @Test
  void aDegradedAgentIsNeverDead() {
    assertInstanceOf(
        Judgement.Alive.class, judge(3, RUNNING, Verdict.DEGRADED, 3, "silent for 300 s"));
  }

  @Test
  void aVerdictOnAnOlderIncarnationDoesNotCount() {
    assertInstanceOf(
        Judgement.Unregistered.class, judge(3, RUNNING, Verdict.UNHEALTHY, 2, "silent"));
  }

  @Test
  void anUnreachableGatewayIsNotTheDeathOfItsAgents() {
    Judgement.Held held =
        assertInstanceOf(
            Judgement.Held.class, judge(3, RUNNING, Verdict.UNREACHABLE, 0, "refused"));
    assertEquals(FailureCause.GATEWAY, held.cause());
    assertInstanceOf(Judgement.Held.class, judge(0, ABSENT, Verdict.UNREACHABLE, 0, "refused"));
  }

  @Test
  void anAgentWithoutAGatewayIsJudgedByItsProcessAlone() {
    assertInstanceOf(Judgement.Dead.class, Judge.judge(0, ABSENT, Optional.empty(), true));
    assertInstanceOf(Judgement.Alive.class, Judge.judge(3, RUNNING, Optional.empty(), true));
    assertInstanceOf(Judgement.Alive.class, Judge.judge(3, UNKNOWN, Optional.empty(), true));
  }

  @ParameterizedTest
  @CsvSource({"75, QUOTA", "77, AUTH", "78, CONFIG"})
  void anExitStatusMayHoldAnAgent(int status, FailureCause cause) {
    AgentExit exit =
        new AgentExit(Instant.EPOCH, "ended with status " + status, OptionalInt.of(status));
    assertEquals(
        new Judgement.Held(cause, "ended with status " + status),
        judge(3, new Presence.Absent(exit), Verdict.UNHEALTHY, 3, "silent"));
  }

  @ParameterizedTest
  @CsvSource({
    "quota: 429 from the provider, QUOTA",
    "Auth: token revoked, AUTH",
    "config: no model named, CONFIG"
  })
  void aReportedFailureMayHoldAnAgent(String message, FailureCause cause) {
    assertEquals(
        new Judgement.Held(cause, message), judge(3, RUNNING, Verdict.UNHEALTHY, 3, message));
  }

  @Test
  void aGatewayAheadOfTheJournalKillsNoAgentAndIsReported() {
    Judgement.Held held =
        assertInstanceOf(
            Judgement.Held.class, judge(3, RUNNING, Verdict.UNHEALTHY, 7, "silent for 900 s"));
    assertEquals(FailureCause.CONFIG, held.cause());
    assertTrue(held.reason().contains("incarnation 7, the journal 3"), held::reason);
  }

  @Test
  void onlyAnAgentThatWasSeenWellInItsIncarnationIsProvenAlive() {
    assertEquals(new Judgement.Alive("", true), judge(3, RUNNING, Verdict.HEALTHY, 3, ""));
    assertEquals(new Judgement.Alive("", false), judge(3, RUNNING, Verdict.DEGRADED, 3, ""));
  }

  @ParameterizedTest
  @EnumSource(
      value = Verdict.class,
      names = {"HEALTHY", "DEGRADED", "UNHEALTHY"})
  void aHealthyVerdictOnAnOlderIncarnationDoesNotCount(Verdict verdict) {
    assertInstanceOf(Judgement.Unregistered.class, judge(3, RUNNING, verdict, 2, "zombie"));
  }

  @ParameterizedTest
  @CsvSource({"mass, MASS", "quota, QUOTA", "something new, MASS", "exit, MASS"})
  void anAgentHeldByItsGatewayIsHeld(String held, FailureCause cause) {
    assertEquals(
        new Judgement.Held(cause, "silent with others"),
        Judge.judge(3, RUNNING, Optional.of(held(Verdict.DEGRADED, held)), true));
  }

  @Test
  void aHoldDoesNotHideAnEndedProcess() {
    assertInstanceOf(
        Judgement.Dead.class,
        Judge.judge(3, ABSENT, Optional.of(held(Verdict.HEALTHY, "mass")), true));
  }

  private static ProbeResult held(Verdict verdict, String cause) {
    return new ProbeResult(
        AGENT,
        verdict,
        3,
        true,
        "silent with others",
        Duration.ZERO,
        Optional.of(cause),
        Optional.empty());
  }

  @Test
  void theReasonOfAWaitIsShown() {
    ProbeResult waiting =
        new ProbeResult(
            AGENT,
            Verdict.HEALTHY,
            3,
            true,
            "",
            Duration.ZERO,
            Optional.empty(),
            Optional.of("waits for quota"));
    assertEquals(
        "alive: waits for quota", Judge.judge(3, RUNNING, Optional.of(waiting), true).describe());
  }
}
