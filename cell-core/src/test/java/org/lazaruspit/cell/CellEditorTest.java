package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CellEditorTest {
  private final Path cell;
  private final CellEditor editor;

  CellEditorTest(@TempDir Path root) throws IOException {
    cell = Cells.create(root).directory();
    editor = CellEditor.of(cell);
  }

  @Test
  void changeKeepsUnknownFieldsTheirOrderAndTheirDigits() throws IOException {
    Path file = cell.resolve("agents/a1.json");
    Cells.write(
        file,
        "{\"x\": 1.10, \"agent_id\": \"a1\", \"name\": \"First\", \"role\": \"lead\",",
        " \"deep\": {\"b\": [1e400, {\"c\": null}], \"a\": true}, \"status\": \"idle\"}");
    editor.updateAgent("a1", agent -> agent.withStatus(AgentStatus.ACTIVE).withIncarnation(3));
    assertEquals(
        """
        {
          "x": 1.10,
          "agent_id": "a1",
          "name": "First",
          "role": "lead",
          "deep": {
            "b": [
              1e400,
              {
                "c": null
              }
            ],
            "a": true
          },
          "status": "active",
          "incarnation": 3
        }
        """,
        Cells.read(file));
  }

  @Test
  void changeThatWouldBreakARuleIsNotWritten() throws IOException {
    String before = Cells.read(cell.resolve("tasks/t1.json"));
    CellRuleException refused =
        assertThrows(
            CellRuleException.class,
            () -> editor.updateTask("t1", task -> task.withAssignedTo("ghost")));
    assertEquals("/assigned_to", refused.problems().get(0).pointer());
    assertEquals(before, Cells.read(cell.resolve("tasks/t1.json")));
  }

  @Test
  void agentThatATaskNamesIsNotRemoved() {
    assertThrows(CellRuleException.class, () -> editor.removeAgent("a1"));
  }

  @Test
  void cellWithAnOldFaultMayBeChangedWithoutAFurtherFault() throws IOException {
    Cells.write(cell.resolve("agents/a2.json"), "{");
    Cells.write(cell.resolve("config/policies.json"), "{\"substitute_agents\": [\"ghost\"]}");
    editor.updateAgent("a1", agent -> agent.withIncarnation(1));
    assertThrows(
        CellRuleException.class,
        () -> editor.updateTask("t1", task -> task.withDependencies(List.of("t1"))));
  }

  @Test
  void badFileIsNotChangedButNamed() throws IOException {
    Cells.write(cell.resolve("agents/a2.json"), "{");
    CellRuleException refused =
        assertThrows(CellRuleException.class, () -> editor.updateAgent("a2", agent -> agent));
    assertEquals("well-formed JSON", refused.problems().get(0).expected());
  }

  @Test
  void linkInPlaceOfAFileIsNeitherReadNorWritten() throws IOException {
    Path outside = cell.resolveSibling("outside.json");
    Files.move(cell.resolve("agents/a2.json"), outside);
    Files.createSymbolicLink(cell.resolve("agents/a2.json"), outside);
    assertThrows(
        CellRuleException.class, () -> editor.updateAgent("a2", agent -> agent.withIncarnation(1)));
    Files.deleteIfExists(cell.resolve(".lazarus/lock"));
    Files.createSymbolicLink(cell.resolve(".lazarus/lock"), outside);
    assertThrows(
        IOException.class, () -> editor.updateAgent("a1", agent -> agent.withIncarnation(1)));
    assertFalse(Cells.read(outside).contains("\"incarnation\": 1"));
  }

  @Test
  void permissionsOfAFileStayAsTheyWere() throws IOException {
    Path file = cell.resolve("agents/a1.json");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    editor.updateAgent("a1", agent -> agent.withIncarnation(1));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }
}
