package org.lazaruspit.pit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CheckpointContent;
import org.lazaruspit.cell.Checkpoints;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.heartbeat.HealthStatus;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Requested;
import org.lazaruspit.pit.internal.journal.RevivalEvent.StepTaken;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;
import org.lazaruspit.pit.internal.journal.RevivalJournal;
import org.lazaruspit.pit.internal.process.ProcessReviver;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.testkit.LockHolder;
import org.lazaruspit.pit.testkit.RealPitFixture;

/** A pit with real processes, files and a real gateway. */
final class LazarusPitTest extends RealPitFixture {

  @Test
  void aNewAgentIsStartedAndAKilledOneComesBackWithItsCheckpoint() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      Revival first = await(RevivalStatus.REVIVED);
      assertEquals(1, first.incarnation());
      Checkpoints.of(cell.directory())
          .save(
              "writer",
              1,
              CheckpointContent.of("{\"step\":42}".getBytes(UTF_8), "{}".getBytes(UTF_8)));

      kill(pidOfStart(0));

      Revival second = await(RevivalStatus.REVIVED);
      assertEquals(2, second.incarnation());
      assertEquals(FailureCause.EXIT, second.cause());
      assertEquals("killed by signal 9 (KILL)", second.reason());
      assertEquals(2, registry.find("writer").orElseThrow().incarnation());
      assertEquals(2, starts().size());
      assertTrue(starts().get(0).endsWith(" none"), starts()::toString);
      assertTrue(starts().get(1).startsWith("2 "), starts()::toString);
      assertTrue(starts().get(1).contains("42"), starts()::toString);
      assertEquals(2, pit.engine().revivals().size());
      assertEquals(List.of(cell.id()), pit.cells().stream().map(MissionCell::id).toList());
    }
    CellEditor.of(cell.directory())
        .updateAgent(
            "writer",
            spec -> {
              assertEquals(2, spec.incarnation());
              return spec;
            });
  }

  @Test
  void aReportedDeadAgentThatStillRunsIsStoppedBeforeItsSuccessorStarts() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
      long old = pidOfStart(0);
      signal("STOP", old); // no heartbeat can heal what is reported now
      for (int i = 0; i < 3; i++) {
        registry.reportFailure("writer", "disk full");
      }
      pit.wakeUp();
      Revival revival = await(RevivalStatus.REVIVED);
      assertEquals(FailureCause.REPORTED, revival.cause());
      assertEquals("disk full", revival.reason());
      assertFalse(ProcessHandle.of(old).map(ProcessHandle::isAlive).orElse(false));
      assertEquals(2, starts().size());
    }
  }

  @Test
  void theNextPitAdoptsRunningAgentsAndStartsNoneTwice() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
    }
    assertTrue(ProcessHandle.of(pidOfStart(0)).orElseThrow().isAlive(), "agents outlive the pit");
    try (LazarusPit pit = startPit("run", 3)) {
      awaitRounds(2);
      assertEquals(1, starts().size());
      assertEquals(1, pit.engine().revivals().size());
      kill(pidOfStart(0));
      assertEquals(2, await(RevivalStatus.REVIVED).incarnation());
      assertEquals(2, starts().size());
    }
  }

  @Test
  void anAgentThatDiedWhileNoPitRanIsRevivedByTheNextOne() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
    }
    killAndAwaitEnd(pidOfStart(0));
    try (LazarusPit pit = startPit("run", 3)) {
      assertEquals(2, await(RevivalStatus.REVIVED).incarnation());
    }
  }

  @Test
  void askWaitsForAnOperatorAndKeepsTheRequestAcrossRestarts() throws Exception {
    addAgent();
    policy(AutoRevive.ASK);
    String id;
    try (LazarusPit pit = startPit("run", 3)) {
      id = await(RevivalStatus.PENDING_APPROVAL).id();
      awaitRounds(2);
      assertEquals(List.of(), starts());
      assertEquals(1, pit.engine().revivals().size());
    }
    try (LazarusPit pit = startPit("run", 3)) {
      awaitRounds(1);
      pit.engine().approve(id, "approved by a test");
      assertEquals(id, await(RevivalStatus.REVIVED).id());
      assertEquals(1, starts().size());
    }
  }

  @Test
  void anApprovalBeforeTheGatewayHasNoticedTheDeathCounts() throws Exception {
    addAgent();
    String id;
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
      policy(AutoRevive.ASK);
      awaitRounds(1);
      kill(pidOfStart(0));
      id = await(RevivalStatus.PENDING_APPROVAL).id();
    }
    // The second pit has not seen the exit itself.
    try (LazarusPit pit = startPit("run", 3)) {
      awaitRounds(1);
      assertEquals(HealthStatus.HEALTHY, registry.find("writer").orElseThrow().status());
      pit.engine().approve(id, "approved by a test");
      Revival ended = await(changes, revival -> !revival.status().open());
      assertEquals(RevivalStatus.REVIVED, ended.status(), ended::detail);
      assertEquals(id, ended.id());
      assertEquals(2, ended.incarnation());
    }
  }

  @Test
  void aDeniedAgentStaysDown() throws Exception {
    addAgent();
    policy(AutoRevive.ASK);
    try (LazarusPit pit = startPit("run", 3)) {
      pit.engine().deny(await(RevivalStatus.PENDING_APPROVAL).id(), "not today");
      awaitRounds(2);
      assertEquals(List.of(), starts());
      assertEquals(1, pit.engine().revivals().size());
      assertEquals(RevivalStatus.DENIED, pit.engine().revivals().get(0).status());
    }
  }

  @Test
  void aDeclinedRevivalIsRecordedOnceAndNothingIsStarted() throws Exception {
    addAgent();
    policy(AutoRevive.NO);
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.DECLINED);
      awaitRounds(2);
      assertEquals(1, pit.engine().revivals().size());
      assertEquals(List.of(), starts());
    }
  }

  @Test
  void anAgentThatCannotStayUpFailsAfterItsLastAttempt() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("crash", 1)) {
      Revival failed = await(RevivalStatus.FAILED);
      assertEquals(2, failed.attempt());
      assertTrue(failed.detail().contains("ended with status 3"), failed::detail);
      awaitRounds(2);
      assertEquals(List.of("1", "2"), starts().stream().map(s -> s.substring(0, 1)).toList());
      assertEquals(1, pit.engine().revivals().size());
    }
    MissionCell loaded =
        MissionStore.open(folder.resolve("missions")).load(cell.directory()).cell().orElseThrow();
    assertEquals(AgentStatus.FAILED, loaded.agents().get("writer").status());
  }

  @Test
  @Tag("full")
  void anAgentFrozenWithTheLockOfItsCellDelaysNoOther() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
      Process holder = LockHolder.hold(cell.directory().resolve(".lazarus").resolve("lock"));
      try {
        Path next = Files.createDirectories(cell.paths().checkpoint("writer").resolve("next"));
        Files.writeString(next.resolve("state.json"), "{}");
        Files.writeString(next.resolve("context.json"), "{}");
        awaitRounds(2);
        kill(pidOfStart(0));
        assertEquals(2, await(RevivalStatus.REVIVED).incarnation());
      } finally {
        holder.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void aPausedAgentIsNotBroughtBack() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
      status(AgentStatus.PAUSED); // immediately, without a poll in between
      killAndAwaitEnd(pidOfStart(0));
      awaitRounds(2);
      assertEquals(1, starts().size());
      pit.engine().revivals().stream()
          .skip(1)
          .forEach(
              revival -> {
                assertEquals(RevivalStatus.SUPERSEDED, revival.status());
                assertEquals("its file says paused", revival.detail());
              });
      status(AgentStatus.ACTIVE);
      assertEquals(2, await(RevivalStatus.REVIVED).incarnation());
    }
  }

  @Test
  void aRequestForAnAgentThatWasPausedMeanwhileIsSuperseded() throws Exception {
    addAgent();
    policy(AutoRevive.ASK);
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.PENDING_APPROVAL);
      status(AgentStatus.PAUSED);
      await(RevivalStatus.SUPERSEDED);
      assertEquals(List.of(), starts());
    }
  }

  @Test
  void anAgentWhoseIsolationCannotBeEnforcedIsNotStarted() throws Exception {
    addAgent();
    CellEditor.of(cell.directory())
        .updateConfig(
            before ->
                new CellConfig(
                    before.cellId(),
                    before.missionName(),
                    before.createdAt(),
                    before.createdBy(),
                    before.status(),
                    IsolationLevel.LEVEL_1,
                    before.maxAgents(),
                    before.timeout(),
                    before.policies()));
    CellEditor.of(cell.directory())
        .updateIsolation(
            before ->
                new IsolationSpec(
                    null, false, true, ResourceLimits.ABSENT, SecurityContext.ABSENT));
    try (LazarusPit pit = startPit("run", 0)) {
      Revival failed = await(RevivalStatus.FAILED);
      assertTrue(
          failed.detail().contains("network_isolation: level_1 does not give it, level_2 does"),
          failed::detail);
      assertEquals(List.of(), starts());
      assertEquals(1, pit.engine().revivals().size());
    }
  }

  @Test
  @Tag("full") // each death is backed off longer
  void anAgentThatDiesRepeatedlyIsQuarantinedUntilAnOperatorLiftsIt() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
      for (int death = 1; death <= 5; death++) {
        kill(pidOfStart(death - 1));
        await(RevivalStatus.REVIVED);
      }
      kill(pidOfStart(5));
      Revival sixth = await(RevivalStatus.FAILED);
      assertTrue(sixth.detail().startsWith("quarantined"), sixth::detail);
      awaitRounds(2);
      assertEquals(6, starts().size());
      assertEquals(7, pit.engine().revivals().size());
      status(AgentStatus.ACTIVE);
      assertEquals(7, await(RevivalStatus.REVIVED).incarnation());
    }
  }

  @Test
  void anUnreachableGatewayKillsNoAgent() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
      gateway.close();
      await(
          reports,
          report ->
              report.agents().stream()
                  .anyMatch(line -> line.judgement().startsWith("held (gateway): gateway g")));
      awaitRounds(1);
      assertTrue(ProcessHandle.of(pidOfStart(0)).orElseThrow().isAlive());
      assertEquals(1, pit.engine().revivals().size());
    }
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource(RevivalStep.class)
  void aRevivalInterruptedWithItsPitIsFinishedByTheNextPit(RevivalStep last) throws Exception {
    addAgent();
    writeJournalUpTo(last);
    boolean burned = last.compareTo(RevivalStep.RAISE_INCARNATION) >= 0;
    try (LazarusPit pit = startPit("run", 3)) {
      Revival revival = await(RevivalStatus.REVIVED);
      assertEquals(burned ? 2 : 1, revival.incarnation(), "an incarnation is never used twice");
      assertEquals(last.compareTo(RevivalStep.START) >= 0 ? 2 : 1, revival.attempt());
      assertEquals("rv-left", revival.id());
      awaitRounds(1);
      assertEquals(1, starts().size());
      assertEquals(1, pit.engine().revivals().size());
    }
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource(
      value = RevivalStep.class,
      names = {"START", "REGISTER", "VERIFY_HEALTH"})
  void anAgentStartedByAPitThatThenDiedIsAdoptedAndNotStartedAgain(RevivalStep last)
      throws Exception {
    addAgent();
    writeJournalUpTo(last);
    Reviver before =
        new ProcessReviver().configured(new Settings(Map.of(), folder.resolve("state")));
    before.start(
        new StartOrder(
            AGENT,
            1,
            cell.directory(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(URI.create(gateway.uri() + "/heartbeat/writer?incarnation=1")),
            config("run", 3).launcherFor(null),
            cell.directory().getParent(),
            IsolationSpec.ABSENT,
            cell.paths().agentLog("writer"),
            Optional.empty()));
    before.close();
    try (LazarusPit pit = startPit("run", 3)) {
      Revival revival = await(RevivalStatus.REVIVED);
      assertEquals(1, revival.incarnation());
      assertEquals(1, revival.attempt());
      awaitRounds(1);
      assertEquals(1, starts().size());
      assertEquals(1, pit.engine().revivals().size());
    }
  }

  private void writeJournalUpTo(RevivalStep last) throws IOException {
    try (RevivalJournal journal =
        RevivalJournal.open(CELL, cell.paths().journal(), InstantSource.system())) {
      journal.append(
          List.of(
              Requested.revival(
                  subject(0, 0), Revival.Origin.DEATH, RevivalStatus.PENDING, "not running")));
      for (RevivalStep step : RevivalStep.values()) {
        if (step.compareTo(last) <= 0) {
          int incarnation = step.compareTo(RevivalStep.RAISE_INCARNATION) >= 0 ? 1 : 0;
          journal.append(List.of(new StepTaken(subject(1, incarnation), step, "")));
        }
      }
    }
  }

  private static Subject subject(int attempt, long incarnation) {
    return new Subject("rv-left", "writer", FailureCause.EXIT, attempt, incarnation);
  }

  @Test
  void twoPitsDoNotOwnOneCell() throws Exception {
    addAgent();
    try (LazarusPit first = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
      try (LazarusPit second = startPit("run", 3)) {
        awaitRounds(2);
        assertEquals(0, second.report().cells());
        assertEquals(1, first.report().cells());
      }
      assertEquals(1, starts().size());
    }
  }
}
