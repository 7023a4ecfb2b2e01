package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
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

final class OverduesTest {

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
    return Overdues.find(loaded, now, task -> BEGIN);
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
    assertEquals(List.of(), at(end.plusMillis(1)), "who is paused saves nothing");
  }
}
