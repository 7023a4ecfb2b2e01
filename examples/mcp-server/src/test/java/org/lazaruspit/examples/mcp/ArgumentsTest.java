package org.lazaruspit.examples.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of paths and URLs are checked even if a schema allows them. */
final class ArgumentsTest {

  private static String refusal(String name, Object value) {
    Arguments arguments = new Arguments(Map.of(name, value));
    ToolException thrown =
        assertThrows(
            ToolException.class,
            () -> {
              if (name.equals("cell_id")) {
                arguments.cellId();
              } else {
                arguments.identifier(name);
              }
            });
    return thrown.getMessage();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/b", "a\n", "", ".x", "-a", "a b", "a%2fb", "ä"})
  void anInvalidIdentifierIsRefusedOnOneLine(String id) {
    String message = refusal("agent_id", id);
    assertTrue(message.startsWith("agent_id: \""), message);
    assertFalse(message.contains("\n"), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1-1-1-1-1", "11111111-2222-4333-8444-555555555555\n", "../..", "", "%2e%2e"})
  void anInvalidUuidIsRefused(String id) {
    assertTrue(refusal("cell_id", id).endsWith("\" is not a UUID"));
  }

  @Test
  void aLongValueIsCutInTheMessage() {
    assertTrue(refusal("agent_id", "x".repeat(100_000)).length() < 300);
  }

  @Test
  void validIdsPass() throws Exception {
    String id = "11111111-2222-4333-8444-555555555555";
    Arguments arguments = new Arguments(Map.of("cell_id", id, "agent_id", "a.B_-9"));
    assertEquals(UUID.fromString(id), arguments.cellId());
    assertEquals("a.B_-9", arguments.identifier("agent_id"));
    assertTrue(arguments.optionalIdentifier("other").isEmpty());
  }
}
