package org.lazaruspit.pit.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LauncherTest {

  @Test
  void placeholdersAreReplacedInCommandEnvironmentAndDirectory() {
    Launcher launcher =
        new Launcher(
            "default",
            List.of("run", "--id={agent_id}", "{checkpoint}"),
            Map.of("WHERE", "{cell}/x"),
            Optional.of("{cell}"));
    Launcher.Command command =
        launcher.expand(Map.of("agent_id", "a$1\\", "cell", "/c", "checkpoint", ""));
    assertEquals(List.of("run", "--id=a$1\\", ""), command.arguments());
    assertEquals(Map.of("WHERE", "/c/x"), command.environment());
    assertEquals(Optional.of("/c"), command.workingDirectory());
  }

  @Test
  void placeholdersWithinValuesAreNotReplaced() {
    Launcher launcher = new Launcher("default", List.of("{cell}"), Map.of(), Optional.empty());
    Launcher.Command command = launcher.expand(Map.of("cell", "/odd/{agent_id}/{what}"));
    assertEquals(List.of("/odd/{agent_id}/{what}"), command.arguments());
  }

  @Test
  void anUnknownPlaceholderIsAnErrorThatNamesTheValidOnes() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Launcher("x", List.of("a"), Map.of("K", "{agentid}"), Optional.empty()));
    assertTrue(e.getMessage().contains("{agentid}"), e::getMessage);
    assertTrue(e.getMessage().contains("agent_id"), e::getMessage);
  }

  @Test
  void anEmptyCommandIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Launcher("x", List.of(), Map.of(), Optional.empty()));
  }
}
