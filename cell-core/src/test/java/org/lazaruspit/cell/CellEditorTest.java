package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
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
  void changeThatWouldBreakARuleWritesNothing() throws IOException {
    String before = Cells.read(cell.resolve("tasks/t1.json"));
    CellRuleException refused =
        assertThrows(
            CellRuleException.class,
            () -> editor.updateTask("t1", task -> task.withAssignedTo("nobody")));
    assertEquals("/assigned_to", refused.problems().get(0).pointer());
    assertEquals(before, Cells.read(cell.resolve("tasks/t1.json")));
  }

  @Test
  void agentThatATaskNamesIsNotRemoved() {
    assertThrows(CellRuleException.class, () -> editor.removeAgent("a1"));
  }
}
