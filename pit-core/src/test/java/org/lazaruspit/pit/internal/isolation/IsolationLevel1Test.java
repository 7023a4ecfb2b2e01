package org.lazaruspit.pit.internal.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.ROOT;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.level;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.pit.internal.os.ProgramLookup;

/** Real processes at {@code level_1}; needs only util-linux, which every Linux has. */
@Timeout(60)
final class IsolationLevel1Test {

  /** Another user than root: limits on processes do not apply to root. */
  private static final IsolationSpec LEVEL_1 =
      ROOT
          ? SandboxedAgent.as("nobody", level(IsolationLevel.LEVEL_1))
          : level(IsolationLevel.LEVEL_1);

  @TempDir Path folder;
  private SandboxedAgent agent;

  @BeforeEach
  void setUp() throws IOException {
    agent =
        new SandboxedAgent(
            folder, ProgramLookup.ofThisMachine(), Map.of("open_files", 64, "processes", 12));
  }

  @AfterEach
  void nothingIsLeftOver() throws IOException, InterruptedException {
    agent.close();
  }

  @Test
  void anAgentAndItsChildrenGetNoNewPrivileges() throws Exception {
    String script = "grep NoNewPrivs /proc/self/status";
    assertEquals("NoNewPrivs:\t0\n", agent.outputOf(level(IsolationLevel.NONE), script));
    assertEquals("NoNewPrivs:\t1\n", agent.outputOf(LEVEL_1, script));
  }

  @Test
  void openFilesAreLimited() throws Exception {
    assertEquals("64\n64\n", agent.outputOf(LEVEL_1, "ulimit -S -n; ulimit -H -n"));
    String tooMany = agent.outputOf(LEVEL_1, "exec 70</dev/null; echo never");
    assertFalse(tooMany.contains("never"), tooMany);
  }

  @Test
  void coreDumpsAreOff() throws Exception {
    assertEquals("0\n0\n", agent.outputOf(LEVEL_1, "ulimit -S -c; ulimit -H -c"));
  }

  @Test
  void processesAreLimited() throws Exception {
    String script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do sleep 1 & done; echo enough";
    String output = agent.outputOf(LEVEL_1, script);
    assertTrue(output.contains("fork"), output);
    assertFalse(output.contains("enough"), output);
  }

  @Test
  void aMachineWithoutTheToolsRefusesAndStartsNothing() throws Exception {
    try (SandboxedAgent bare =
        new SandboxedAgent(
            Files.createDirectory(folder.resolve("bare")),
            new ProgramLookup(List.of()),
            Map.of())) {
      IOException refusal =
          assertThrows(IOException.class, () -> bare.outputOf(LEVEL_1, "echo started"));
      String message = refusal.getMessage();
      assertTrue(message.startsWith("isolation refused: level: level_1 needs"), message);
      assertTrue(message.contains("there is no program setpriv"), message);
      assertTrue(message.contains("there is no program prlimit"), message);
      assertFalse(Files.exists(bare.log()));
    }
  }
}
