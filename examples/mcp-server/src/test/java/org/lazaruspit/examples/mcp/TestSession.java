package org.lazaruspit.examples.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Session with the server in this JVM: sends all lines, then reads all answers. */
final class TestSession {

  static final List<String> HANDSHAKE =
      List.of(
          """
          {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18",\
          "capabilities":{},"clientInfo":{"name":"test","version":"1"}}}\
          """,
          """
          {"jsonrpc":"2.0","method":"notifications/initialized"}\
          """);

  private final ToolCatalog toolbox;

  TestSession(Path root) throws Exception {
    this(root, Optional.empty(), Optional.empty());
  }

  TestSession(Path root, Optional<HealthSource> health, Optional<PitClient> daemon)
      throws Exception {
    this.toolbox = new ToolCatalog(new Missions(root), health, daemon);
  }

  /** Sends these bytes and returns all answers. */
  List<JsonNode> send(byte[] input) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Main.serve(toolbox, new ByteArrayInputStream(input), out);
    List<JsonNode> answers = new ArrayList<>();
    for (String line : out.toString(UTF_8).lines().toList()) {
      JsonNode answer = Json.MAPPER.readTree(line);
      assertEquals("2.0", answer.path("jsonrpc").asString(""), line);
      answers.add(answer);
    }
    return answers;
  }

  /** Sends these lines after the handshake and returns the answers to them. */
  List<JsonNode> lines(String... lines) throws Exception {
    List<String> all = new ArrayList<>(HANDSHAKE);
    all.addAll(List.of(lines));
    List<JsonNode> answers = send(String.join("\n", all).getBytes(UTF_8));
    assertTrue(
        answers.removeIf(answer -> answer.path("id").toString().equals("0")),
        "no answer to initialize");
    return answers;
  }

  /** Calls tools, all in one session. */
  @SafeVarargs
  final List<JsonNode> calls(Map.Entry<String, ? extends Map<String, ?>>... calls)
      throws Exception {
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, ? extends Map<String, ?>> call : calls) {
      Map<String, ?> params = Map.of("name", call.getKey(), "arguments", call.getValue());
      lines.add(
          Json.MAPPER.writeValueAsString(
              Map.of(
                  "jsonrpc",
                  "2.0",
                  "id",
                  lines.size() + 1,
                  "method",
                  "tools/call",
                  "params",
                  params)));
    }
    return lines(lines.toArray(String[]::new));
  }

  /** Calls one tool. */
  JsonNode call(String tool, Map<String, ?> arguments) throws Exception {
    List<JsonNode> answers = calls(Map.entry(tool, arguments));
    assertEquals(1, answers.size(), answers::toString);
    JsonNode result = answers.get(0).path("result");
    assertTrue(result.isObject(), answers::toString);
    return result;
  }

  /** Calls one tool and returns its result, which the text repeats. */
  JsonNode result(String tool, Map<String, ?> arguments) throws Exception {
    JsonNode result = call(tool, arguments);
    assertFalse(result.path("isError").asBoolean(false), result::toString);
    JsonNode structure = result.required("structuredContent");
    String text = result.required("content").required(0).required("text").asString();
    assertEquals(structure, Json.MAPPER.readTree(text));
    return structure;
  }

  /** Calls one tool and returns its error: one line without a stack trace. */
  String error(String tool, Map<String, ?> arguments) throws Exception {
    JsonNode result = call(tool, arguments);
    assertTrue(result.path("isError").asBoolean(false), result::toString);
    String text = result.required("content").required(0).required("text").asString();
    assertFalse(text.contains("Exception") || text.contains("\tat "), text);
    assertTrue(text.length() < 1000, text);
    return text;
  }
}
