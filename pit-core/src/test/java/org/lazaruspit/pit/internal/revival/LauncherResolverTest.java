package org.lazaruspit.pit.internal.revival;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.Role;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitConfigBuilder;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Launcher;

/** Tests that the command of a cell is used only if the configuration allows it. */
final class LauncherResolverTest {

  private static final AgentRef AGENT = new AgentRef(new UUID(1, 2), "writer");
  private static final AgentSpec SPEC = AgentSpec.of("writer", "Writer", Role.WRITE);
  private static final Launcher OPERATORS =
      new Launcher("default", List.of("operators"), Map.of(), Optional.empty());

  @TempDir Path cell;

  @BeforeEach
  void makeFolder() throws IOException {
    Files.createDirectory(cell.resolve("agents"));
    write("{\"agent_id\": \"writer\", \"command\": [\"cells\", \"{agent_id}\"]}");
  }

  private Path write(String text) throws IOException {
    return Files.writeString(cell.resolve("agents").resolve("writer.json"), text);
  }

  private LauncherResolver launchers(boolean allowed, Launcher... configured) {
    PitConfigBuilder builder = PitConfig.builder(cell).allowCellCommands(allowed);
    for (Launcher each : configured) {
      builder.launcher(each);
    }
    return new LauncherResolver(builder.build());
  }

  private Optional<List<String>> command(LauncherResolver launchers) throws IOException {
    return launchers.find(AGENT, cell, SPEC).map(Launcher::command);
  }

  @Test
  void aCellsCommandIsNotRunUnlessThatIsAllowed() throws IOException {
    assertEquals(Optional.of(List.of("operators")), command(launchers(false, OPERATORS)));
    assertEquals(Optional.empty(), command(launchers(false)));
    assertFalse(launchers(false).startable(AGENT, cell, SPEC));
    assertTrue(launchers(false, OPERATORS).startable(AGENT, cell, SPEC));
  }

  @Test
  void anAllowedCellsCommandHasPrecedence() throws IOException {
    Optional<List<String>> cells = Optional.of(List.of("cells", "{agent_id}"));
    assertEquals(cells, command(launchers(true, OPERATORS)));
    assertEquals(cells, command(launchers(true)));
    assertTrue(launchers(true).startable(AGENT, cell, SPEC));
  }

  @Test
  void anAgentWithoutACommandUsesTheConfiguredLauncher() throws IOException {
    write("{\"agent_id\": \"writer\"}");
    assertEquals(Optional.of(List.of("operators")), command(launchers(true, OPERATORS)));
    assertEquals(Optional.empty(), command(launchers(true)));
    assertFalse(launchers(true).startable(AGENT, cell, SPEC));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "rm -rf"   | agents/writer.json: command: "rm -rf" is not a list of texts (line 1, column 13, /command)
          ["a", 1]   | agents/writer.json: command: a list is not a list of texts (line 1, column 13, /command)
          []         | launcher agents/writer.json: its command is empty, expected a program and its arguments (line 1, column 13, /command)
          ["{what}"] | launcher agents/writer.json: {what} is no placeholder, expected one of [agent_id, cell, cell_id, checkpoint, gateway, incarnation] (line 1, column 13, /command)
          """)
  void aCommandThatCannotBeUsedIsNotReplacedByAnother(String command, String message)
      throws IOException {
    write("{\"command\": " + command + "}");
    LauncherResolver launchers = launchers(true, OPERATORS);
    assertEquals(
        message,
        assertThrows(IOException.class, () -> launchers.find(AGENT, cell, SPEC)).getMessage());
    assertFalse(launchers(true).startable(AGENT, cell, SPEC));
  }

  @Test
  void aLinkIsNotFollowed(@TempDir Path elsewhere) throws IOException {
    Path file = write("{\"command\": [\"planted\"]}");
    Path moved = Files.move(file, elsewhere.resolve("writer.json"));
    Files.createSymbolicLink(file, moved);
    LauncherResolver launchers = launchers(true, OPERATORS);
    assertThrows(IOException.class, () -> launchers.find(AGENT, cell, SPEC));
    assertEquals(Optional.of(List.of("operators")), command(launchers(false, OPERATORS)));
  }
}
