package org.lazaruspit.pit.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CheckpointRef;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.cell.TaskSpec;
import org.lazaruspit.cell.TaskStatus;
import org.lazaruspit.pit.PitReport.Overdue;

final class OverdueScanTest {

  private static final Instant BEGIN = Instant.parse("2026-01-31T09:30:00Z");

  @TempDir Path root;
  private MissionCell cell;
  private CellEditor editor;

  @BeforeEach
  void makeCell() throws IOException {
    cell =
        MissionStore.open(root).create(NewCell.builder("Test").timeout(Duration.ofDays(1)).build());
    editor = CellEditor.of(cell.directory());
  }

  private List<Overdue> at(Instant now) throws IOException {
    MissionCell loaded = MissionStore.open(root).load(cell.directory()).cell().orElseThrow();
    return OverdueScan.find(loaded, now, task -> BEGIN);
  }

  @Test
  void aMissionIsOverdueWhenItsTimeoutIsOver() throws IOException {
    Instant deadline = cell.config().deadline();
    assertEquals(List.of(), at(deadline));
    assertEquals(
        List.of(new Overdue(Overdue.Kind.MISSION, cell.id(), cell.id().toString(), deadline)),
        at(deadline.plusMillis(1)));
  }

  @Test
  void aTaskIsOverdueWhenItHasBeenInProgressForLongerThanItsTimeout() throws IOException {
    TaskSpec task = TaskSpec.of("draft", "Draft", BEGIN.minusSeconds(100_000));
    editor.addTask(task);
    Instant end = BEGIN.plus(TaskSpec.DEFAULT_TIMEOUT);
    assertEquals(List.of(), at(end.plusSeconds(1)), "it is pending");
    editor.updateTask("draft", spec -> spec.withStatus(TaskStatus.IN_PROGRESS));
    assertEquals(List.of(), at(end));
    assertEquals(
        List.of(new Overdue(Overdue.Kind.TASK, cell.id(), "draft", end)), at(end.plusMillis(1)));
  }

  private static boolean late(OverdueScan overdues, MissionCell cell, Instant now) {
    return overdues.find(List.of(cell), now).stream()
        .anyMatch(overdue -> overdue.kind() == Overdue.Kind.TASK);
  }

  private MissionCell taskIs(TaskStatus status, Instant changed) throws IOException {
    editor.updateTask("draft", spec -> spec.withStatus(status));
    Files.setLastModifiedTime(
        cell.directory().resolve("tasks").resolve("draft.json"), FileTime.from(changed));
    return MissionStore.open(root).load(cell.directory()).cell().orElseThrow();
  }

  @Test
  void aTasksTimeBeginsAtTheChangeOfItsFileAndAnewWhenItIsResumed() throws IOException {
    editor.addTask(TaskSpec.of("draft", "Draft", BEGIN));
    OverdueScan overdues = new OverdueScan();
    Duration timeout = TaskSpec.DEFAULT_TIMEOUT;
    MissionCell begun = taskIs(TaskStatus.IN_PROGRESS, BEGIN);
    assertFalse(late(overdues, begun, BEGIN.plus(timeout)));
    assertTrue(late(overdues, begun, BEGIN.plus(timeout).plusMillis(1)));
    Instant again = BEGIN.plus(timeout).plusSeconds(10);
    assertFalse(late(overdues, taskIs(TaskStatus.PENDING, again), again));
    MissionCell resumed = taskIs(TaskStatus.IN_PROGRESS, again);
    assertFalse(late(overdues, resumed, again.plusSeconds(1)));
    assertTrue(late(overdues, resumed, again.plus(timeout).plusMillis(1)));
  }

  @Test
  void aFileTimeInTheFutureCountsAsNow() throws IOException {
    editor.addTask(TaskSpec.of("draft", "Draft", BEGIN));
    OverdueScan overdues = new OverdueScan();
    MissionCell begun = taskIs(TaskStatus.IN_PROGRESS, BEGIN.plus(Duration.ofDays(10)));
    assertFalse(late(overdues, begun, BEGIN));
    assertTrue(late(overdues, begun, BEGIN.plus(TaskSpec.DEFAULT_TIMEOUT).plusMillis(1)));
  }

  @Test
  void aCheckpointIsOverdueAfterThreeIntervals() throws IOException {
    editor.addAgent(
        AgentSpec.of("writer", "Writer", Role.WRITE)
            .withCheckpoint(new CheckpointRef(BEGIN, "0".repeat(64), List.of())));
    Instant end = BEGIN.plus(Duration.ofMinutes(15));
    assertEquals(List.of(), at(end));
    assertEquals(
        List.of(new Overdue(Overdue.Kind.CHECKPOINT, cell.id(), "writer", end)),
        at(end.plusMillis(1)));
    editor.updateAgent("writer", spec -> spec.withStatus(AgentStatus.PAUSED));
    assertEquals(List.of(), at(end.plusMillis(1)), "a paused agent saves no checkpoints");
  }
}
