package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MissionStoreTest {
  private final Path root;

  MissionStoreTest(@TempDir Path root) {
    this.root = root;
  }

  @Test
  void createdCellIsLoadedAsItWasDescribed() throws IOException {
    MissionCell created = Cells.create(root);
    CellLoad load = MissionStore.open(root).load().get(0);
    assertEquals(List.of(), load.problems());
    assertEquals(created, load.cell().orElseThrow());
    assertEquals(Cells.ID, created.id());
    assertEquals(List.of("a1", "a2"), List.copyOf(created.agents().keySet()));
    assertEquals(List.of("t1", "t2"), List.copyOf(created.tasks().keySet()));
    assertEquals("Port the parser", created.config().missionName());
    assertEquals(root.resolve(Cells.ID.toString()), created.directory());
  }

  @Test
  void createdCellHasTheWholeLayout() throws IOException {
    Path cell = Cells.create(root).directory();
    for (String name :
        List.of(
            "agents",
            "tasks",
            "checkpoints/a1",
            "logs",
            "artifacts/code",
            "artifacts/docs",
            "artifacts/reports",
            "config")) {
      assertTrue(Files.isDirectory(cell.resolve(name)), name);
    }
  }

  @Test
  void cellThatWouldBreakARuleIsNotCreatedAtAll() throws IOException {
    NewCell bad =
        Cells.builder().task(TaskSpec.of("t3", "x", Cells.CREATED).withAssignedTo("ghost")).build();
    MissionStore store = MissionStore.open(root);
    CellRuleException refused = assertThrows(CellRuleException.class, () -> store.create(bad));
    CellProblem problem = refused.problems().get(0);
    assertEquals("/assigned_to", problem.pointer());
    assertEquals(root.resolve(Cells.ID.toString()).resolve("tasks/t3.json"), problem.file());
    try (Stream<Path> left = Files.list(root)) {
      assertEquals(List.of(root.resolve(".lazarus")), left.toList());
    }
    try (Stream<Path> left = Files.walk(root.resolve(".lazarus/tmp"))) {
      assertEquals(1, left.count());
    }
  }

  @Test
  void cellIsNotCreatedOverAnother() throws IOException {
    Cells.create(root);
    assertThrows(FileAlreadyExistsException.class, () -> Cells.create(root));
  }
}
