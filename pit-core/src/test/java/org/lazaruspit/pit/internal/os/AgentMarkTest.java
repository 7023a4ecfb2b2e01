package org.lazaruspit.pit.internal.os;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class AgentMarkTest {

  @Test
  void aValueHoldsEveryNameOfTheLock() {
    Path state = Path.of("/state/agents/writer.lock");
    Path cell = Path.of("/cell/.lazarus/agents/writer.lock");
    String one = AgentMark.value(state, Optional.empty());
    String two = AgentMark.value(state, Optional.of(cell));
    assertEquals("/state/agents/writer.lock", one);
    assertEquals("/state/agents/writer.lock//cell/.lazarus/agents/writer.lock", two);
    assertEquals(List.of(state.toString()), AgentMark.names(one));
    assertEquals(List.of(state.toString(), cell.toString()), AgentMark.names(two));
  }

  @Test
  void theNamesOfAProcessComeFromItsEnvironment() throws Exception {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", "echo begun; exec sleep 600");
    builder.environment().put(AgentMark.VARIABLE, "/a//b");
    Process marked = builder.start();
    try {
      assertEquals("begun", marked.inputReader().readLine());
      assertEquals(List.of("/a", "/b"), AgentMark.namesOf(marked.pid()));
    } finally {
      marked.destroyForcibly().waitFor();
    }
    assertEquals(List.of(), AgentMark.namesOf(marked.pid()));
    assertEquals(List.of(), AgentMark.namesOf(ProcessHandle.current().pid()));
  }
}
