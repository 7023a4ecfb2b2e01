package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.HandoffApproval;
import org.lazaruspit.cell.Permissions;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.cell.TaskSpec;
import org.lazaruspit.cell.TaskStatus;
import org.lazaruspit.pit.Revival.Origin;
import org.lazaruspit.pit.internal.journal.JournalEntry;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.FakeMachine;
import org.lazaruspit.pit.testkit.SimulatedPit;

/** Hand-over of the tasks of an agent that cannot be revived. */
final class TaskHandOverTest {

  private static final AgentRef WRITER = SimulatedPit.agent("writer");
  private SimulatedPit pit;

  @BeforeEach
  void open() throws Exception {
    pit = new SimulatedPit("writer", "first", "second");
    pit.files().addTask(task("t1").withAssignedTo("writer"));
    pit.files().addTask(task("t2").withAssignedTo("writer").withStatus(TaskStatus.IN_PROGRESS));
    pit.files().addTask(task("over").withAssignedTo("writer").withStatus(TaskStatus.FAILED));
    allow(HandoffApproval.AUTO, true);
    permit("first", "second");
    pit.round();
  }

  private static TaskSpec task(String id) {
    return TaskSpec.of(id, id, Instant.EPOCH);
  }

  @AfterEach
  void close() throws IOException {
    pit.close();
  }

  private void allow(HandoffApproval approval, boolean allowed) throws IOException {
    pit.files()
        .updatePolicies(
            before ->
                new RevivalPolicies(
                    AutoRevive.YES, null, List.of("first", "second"), allowed, approval, null, 0));
  }

  private void permit(String... to) throws IOException {
    Permissions.Grants gives =
        new Permissions.Grants(List.of(), List.of(), List.of(), List.of(to), List.of());
    Permissions.Grants takes =
        new Permissions.Grants(List.of(), List.of(), List.of(), List.of(), List.of("writer"));
    pit.files()
        .updatePermissions(
            before -> new Permissions(Map.of("writer", gives, "first", takes, "second", takes)));
  }

  private void failAllAttempts() throws Exception {
    pit.machine.fates.add(FakeMachine.Fate.CANNOT_START);
    pit.machine.kill(WRITER);
    pit.round();
    pit.round();
  }

  private String owner(String task) throws IOException {
    return pit.files().updateTask(task, it -> it).assignedTo();
  }

  private Optional<Revival> handOver() {
    return pit.revivals.all().stream()
        .filter(revival -> revival.origin() == Origin.HANDOVER)
        .findFirst();
  }

  @Test
  void theFirstPermittedSubstituteTakesOverTheOpenTasks() throws Exception {
    failAllAttempts();
    assertEquals("first", owner("t1"));
    assertEquals("first", owner("t2"));
    assertEquals("writer", owner("over"));
    assertEquals(RevivalStatus.REVIVED, handOver().orElseThrow().status());
    assertEquals("first took over t1, t2", handOver().orElseThrow().detail());
  }

  @Test
  void aSubstituteWithoutPermissionIsSkipped() throws Exception {
    permit("second");
    pit.round();
    failAllAttempts();
    assertEquals("second", owner("t1"));
  }

  @Test
  void aSubstituteThatDoesNotRunIsSkipped() throws Exception {
    pit.files().updateAgent("first", spec -> spec.withStatus(AgentStatus.PAUSED));
    pit.round();
    failAllAttempts();
    assertEquals("second", owner("t1"));
  }

  @Test
  void noAgentTakesOverWhereHandOversAreNotAllowed() throws Exception {
    allow(HandoffApproval.AUTO, false);
    pit.round();
    failAllAttempts();
    assertEquals("writer", owner("t1"));
    assertTrue(handOver().isEmpty());
  }

  @Test
  void aManualHandOverWaitsForApprovalLikeARevival() throws Exception {
    allow(HandoffApproval.MANUAL, true);
    pit.round();
    failAllAttempts();
    Revival waits = handOver().orElseThrow();
    assertEquals(RevivalStatus.PENDING_APPROVAL, waits.status());
    assertEquals("first is to take over t1, t2", waits.reason());
    assertEquals("writer", owner("t1"));
    pit.restart(1);
    pit.round();
    pit.revivals.approve(waits.id(), "yes");
    assertEquals("first", owner("t1"));
    assertThrows(IllegalStateException.class, () -> pit.revivals.approve(waits.id(), "twice"));
  }

  @Test
  void anAgentThatIsLiftedKeepsItsTasks() throws Exception {
    allow(HandoffApproval.MANUAL, true);
    pit.round();
    failAllAttempts();
    pit.revivals.revive(WRITER, "try again");
    assertTrue(pit.machine.well(WRITER));
    String id = handOver().orElseThrow().id();
    assertThrows(IllegalStateException.class, () -> pit.revivals.approve(id, "too late"));
    assertEquals(RevivalStatus.SUPERSEDED, handOver().orElseThrow().status());
    assertEquals("writer", owner("t1"));
  }

  @Test
  void aHandOverInterruptedWithItsPitIsFinishedByTheNextAndNoTaskHasTwoOwners() throws Exception {
    for (int line = 1; line <= 8; line++) {
      pit.close();
      open();
      pit.killAfter(line);
      try {
        failAllAttempts();
      } catch (SimulatedPit.Killed e) {
        assertFalse(pit.alive());
      }
      if (!pit.alive()) {
        pit.machine.fates.clear();
        pit.machine.fates.add(FakeMachine.Fate.CANNOT_START);
        pit.restart(1);
      }
      pit.round();
      pit.round();
      assertEquals(owner("t1"), owner("t2"));
      assertEquals(pit.machine.well(WRITER) ? "writer" : "first", owner("t1"), "line " + line);
    }
  }

  @Test
  void aHandOverCountsEvenIfThePitDiesBeforeItsLine() throws Exception {
    pit.afterEachLine =
        () -> {
          if (tookOver("first", "t1") && tookOver("first", "t2")) {
            pit.killAfter(1);
          }
        };
    try {
      failAllAttempts();
    } catch (SimulatedPit.Killed e) {
      // thrown to the test by the thread that detected the death
    }
    assertFalse(pit.alive());
    pit.afterEachLine = () -> {};
    pit.restart(0); // the line was never on disk
    List<JournalEntry> lines = pit.replayed();
    assertEquals("handover_requested", lines.get(lines.size() - 1).event().name());
    pit.round();
    assertEquals(RevivalStatus.REVIVED, handOver().orElseThrow().status());
    assertEquals("no open task is left", handOver().orElseThrow().detail());
    assertEquals("first", owner("t1"));
  }

  @Test
  void tasksThatAnOperatorHasReassignedAreNotHandedOver() throws Exception {
    allow(HandoffApproval.MANUAL, true);
    pit.round();
    failAllAttempts();
    pit.files().updateTask("t1", spec -> spec.withAssignedTo("second"));
    pit.files().updateTask("t2", spec -> spec.withStatus(TaskStatus.FAILED));
    pit.revivals.approve(handOver().orElseThrow().id(), "yes");
    assertEquals("second", owner("t1"));
    assertEquals("writer", owner("t2"));
    assertEquals(RevivalStatus.REVIVED, handOver().orElseThrow().status());
  }

  private boolean tookOver(String agent, String task) {
    try {
      return owner(task).equals(agent);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void tasksWhosePermissionWasRevokedAreNotHandedOver() throws Exception {
    allow(HandoffApproval.MANUAL, true);
    pit.round();
    failAllAttempts();
    permit("second");
    pit.revivals.approve(handOver().orElseThrow().id(), "yes");
    assertEquals(RevivalStatus.FAILED, handOver().orElseThrow().status());
    assertEquals("writer", owner("t1"));
    String detail = handOver().orElseThrow().detail();
    assertTrue(detail.startsWith("not handed over: t1 ("), detail);
  }

  @Test
  void aDryRunDecidesAndDoesNothing() throws Exception {
    pit.restartDry();
    pit.round();
    int starts = pit.machine.starts.size();
    pit.machine.kill(WRITER);
    pit.round();
    pit.round();
    assertEquals(starts, pit.machine.starts.size());
    Revival decided = pit.ledger().of("writer").latest().orElseThrow();
    assertEquals("dry run: attempt 1 may begin, and nothing is done", decided.detail());
    pit.restart(1);
    pit.round();
    assertTrue(pit.machine.well(WRITER), "a pit ignores entries of a dry run");
    assertEquals(2, pit.ledger().of("writer").revivals().size());
  }
}
