package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SharedKeysTest {

  private static final UUID ONE = new UUID(0x4000, 1L << 63);
  private static final UUID TWO = new UUID(0x4000, (1L << 63) + 1);

  @TempDir Path root;

  private MissionCell create(UUID id, String agent, String gateway) throws IOException {
    AgentSpec spec = AgentSpec.of(agent, agent, Role.WRITE).withGateway(gateway);
    return MissionStore.open(root)
        .create(NewCell.builder("Mission").cellId(id).agent(spec).build());
  }

  private List<CellProblem> problems() throws IOException {
    return SharedKeys.report(MissionStore.open(root).load()).stream()
        .flatMap(load -> load.problems().stream())
        .toList();
  }

  @Test
  void bothCellsGetAWarningThatNamesBoth() throws IOException {
    MissionCell one = create(ONE, "writer", "g");
    create(TWO, "writer", "g");
    List<CellProblem> problems = problems();
    assertEquals(2, problems.size(), problems::toString);
    CellProblem first = problems.get(0);
    assertEquals(Severity.WARNING, first.severity());
    assertEquals(one.directory().resolve("agents/writer.json"), first.file());
    assertEquals(
        "agent %s/writer with the id of agent %s/writer at gateway \"g\"".formatted(ONE, TWO),
        first.found());
    assertTrue(problems.get(1).found().startsWith("agent " + TWO), problems::toString);
  }

  @Test
  void anotherIdOrGatewayIsNoProblem() throws IOException {
    create(ONE, "writer", "g");
    create(TWO, "writer", "h");
    create(new UUID(0x4000, (1L << 63) + 2), "reader", "g");
    create(new UUID(0x4000, (1L << 63) + 3), "writer", null);
    create(new UUID(0x4000, (1L << 63) + 4), "writer", null);
    assertEquals(List.of(), problems());
  }

  @ParameterizedTest
  @EnumSource(
      value = CellStatus.class,
      names = {"COMPLETED", "FAILED"})
  void endedMissionsDoNotCount(CellStatus ended) throws IOException {
    MissionCell one = create(ONE, "writer", "g");
    create(TWO, "writer", "g");
    CellEditor.of(one.directory()).updateConfig(config -> config.withStatus(ended));
    assertEquals(List.of(), problems());
  }
}
