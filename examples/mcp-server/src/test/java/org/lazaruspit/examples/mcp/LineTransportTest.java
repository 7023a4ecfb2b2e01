package org.lazaruspit.examples.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Sends raw lines, valid and invalid. */
@Timeout(60)
final class LineTransportTest {

  private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}";
  private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/list\"}";

  @TempDir Path root;
  private TestSession session;

  @BeforeEach
  void openSession() throws Exception {
    session = new TestSession(root);
  }

  private static String call(int id, String tool, String arguments) {
    return """
    {"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"%s","arguments":%s}}\
    """
        .formatted(id, tool, arguments);
  }

  private long cells() throws Exception {
    try (Stream<Path> cells = Files.list(root)) {
      return cells.filter(cell -> Files.exists(cell.resolve("cell.json"))).count();
    }
  }

  @Test
  void theToolsAreThoseOfTheSpecificationAndNoneApproves() throws Exception {
    JsonNode tools = session.lines(LIST).get(0).required("result").required("tools");
    Set<String> names = new TreeSet<>();
    for (JsonNode tool : tools) {
      names.add(tool.required("name").asString());
      assertTrue(tool.required("description").asString().length() > 40, tool::toString);
      for (String schema : List.of("inputSchema", "outputSchema")) {
        assertEquals("object", tool.required(schema).required("type").asString());
        assertFalse(tool.required(schema).required("additionalProperties").asBoolean());
      }
      for (JsonNode argument : tool.required("inputSchema").required("properties")) {
        assertTrue(argument.has("description") && argument.has("type"), tool::toString);
      }
    }
    assertEquals(
        Set.of(
            "create_mission_cell",
            "add_agent_to_cell",
            "add_task_to_cell",
            "get_mission_cell",
            "get_agent_health",
            "get_fleet_health",
            "list_revivals",
            "request_revival"),
        names);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          {"jsonrpc":                                | -32700 |
          hello                                      | -32700 |
          []                                         | -32600 |
          [{"jsonrpc":"2.0","id":1,"method":"ping"}] | -32600 |
          17                                         | -32600 |
          null                                       | -32600 |
          {}                                         | -32600 |
          {"jsonrpc":"2.0","id":7}                   | -32600 | 7
          {"jsonrpc":"2.0","id":"x","method":[]}     | -32600 | "x"
          {"jsonrpc":"2.0","id":7,"method":"no/such"} | -32601 | 7
          """)
  void anInvalidMessageIsAnsweredAndTheNextOneIsServed(String line, int code, String id)
      throws Exception {
    List<JsonNode> answers = session.lines(line, PING);
    assertEquals(2, answers.size(), answers::toString);
    JsonNode error = answers.stream().filter(it -> it.has("error")).findFirst().orElseThrow();
    assertEquals(code, error.at("/error/code").asInt(), error::toString);
    assertEquals(id == null ? "null" : id, error.required("id").toString());
    assertTrue(answers.stream().anyMatch(it -> it.required("id").toString().equals("\"p\"")));
  }

  @Test
  void anUnknownToolIsRefusedByName() throws Exception {
    JsonNode answer = session.lines(call(3, "approve_revival", "{}")).get(0);
    assertEquals(-32602, answer.at("/error/code").asInt(), answer::toString);
    assertTrue(answer.toString().contains("approve_revival"), answer::toString);
    assertFalse(answer.toString().contains("\\tat "), answer::toString);
  }

  @Test
  void aRequestBeforeTheHandshakeIsRefusedAtOnce() throws Exception {
    List<JsonNode> answers = session.send((LIST + "\n" + PING + "\n").getBytes(UTF_8));
    assertEquals(2, answers.size(), answers::toString);
    JsonNode refused = answers.stream().filter(it -> it.has("error")).findFirst().orElseThrow();
    assertTrue(refused.toString().contains("before initialize"), refused::toString);
    assertEquals(5, refused.required("id").asInt());
  }

  @Test
  void anOverlongLineIsDiscardedAndTheNextOneIsServed() throws Exception {
    String name = "{\"mission_name\":\"" + "x".repeat(3 << 20) + "\"}";
    List<JsonNode> answers =
        session.lines(call(1, "create_mission_cell", name), "[".repeat(200_000), PING);
    assertEquals(3, answers.size());
    assertEquals(-32600, answers.get(0).at("/error/code").asInt());
    assertTrue(answers.get(0).toString().contains("longer than 1048576 bytes"));
    assertEquals(-32700, answers.get(1).at("/error/code").asInt());
    assertEquals(0, cells());
  }

  @Test
  void anArgumentThatIsTooLongIsRefusedByTheTool() throws Exception {
    String name = "{\"mission_name\":\"" + "x".repeat(500_000) + "\"}";
    JsonNode answer = session.lines(call(1, "create_mission_cell", name)).get(0);
    assertTrue(answer.at("/result/isError").asBoolean(), () -> answer.toString().substring(0, 200));
    assertTrue(answer.toString().length() < 2000, () -> answer.toString().length() + " characters");
  }

  @Test
  void everyRequestBeforeTheEndOfTheInputIsAnswered() throws Exception {
    List<String> calls = new ArrayList<>();
    for (int i = 1; i <= 30; i++) {
      calls.add(call(i, "create_mission_cell", "{\"mission_name\":\"M" + i + "\"}"));
    }
    List<JsonNode> answers = session.lines(calls.toArray(String[]::new));
    assertEquals(30, answers.stream().map(answer -> answer.required("id")).distinct().count());
    assertTrue(answers.stream().noneMatch(it -> it.at("/result/isError").asBoolean(true)));
    assertEquals(30, cells());
  }

  @Test
  void carriageReturnsAndEmptyLinesAreAccepted() throws Exception {
    assertEquals(1, session.lines("\r", "", "  ", PING + "\r").size());
  }

  @Test
  void namesInAnyScriptAreWrittenOnOneLine() throws Exception {
    String name = "línea\\n\\u2028 \\u0007 日本 🏺 \\\"q\\\"";
    JsonNode created =
        session.lines(call(1, "create_mission_cell", "{\"mission_name\":\"" + name + "\"}")).get(0);
    assertFalse(created.at("/result/isError").asBoolean(true), created::toString);
    assertEquals(
        "línea\n\u2028 \u0007 日本 🏺 \"q\"",
        created.at("/result/structuredContent/mission_name").asString());
  }
}
