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

/**
 * A whole conversation with the server, in this JVM: all lines go in, then its answers come out.
 */
final class Talk {

  static final List<String> HELLO =
      List.of(
          """
          {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18",\
          "capabilities":{},"clientInfo":{"name":"test","version":"1"}}}\
          """,
          """
          {"jsonrpc":"2.0","method":"notifications/initialized"}\
          """);

  private final Toolbox toolbox;

  Talk(Path root) throws Exception {
    this(root, Optional.empty(), Optional.empty());
  }

  Talk(Path root, Optional<HealthSource> health, Optional<Daemon> daemon) throws Exception {
    this.toolbox = new Toolbox(new Missions(root), health, daemon);
  }

  /** Sends exactly these bytes. */
  List<JsonNode> raw(byte[] input) throws Exception {
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

  /** Sends these lines after the greeting; the answer to the greeting is left out. */
  List<JsonNode> lines(String... lines) throws Exception {
    List<String> all = new ArrayList<>(HELLO);
    all.addAll(List.of(lines));
    List<JsonNode> answers = raw(String.join("\n", all).getBytes(UTF_8));
    assertTrue(answers.removeIf(answer -> answer.path("id").toString().equals("0")), "not greeted");
    return answers;
  }

  /** Calls tools, all at once. */
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

  /** Calls one tool that says yes; the text says the same as the structure. */
  JsonNode yes(String tool, Map<String, ?> arguments) throws Exception {
    JsonNode result = call(tool, arguments);
    assertFalse(result.path("isError").asBoolean(false), result::toString);
    JsonNode structure = result.required("structuredContent");
    String text = result.required("content").required(0).required("text").asString();
    assertEquals(structure, Json.MAPPER.readTree(text));
    return structure;
  }

  /** Calls one tool that says no, in one line and without a trace. */
  String no(String tool, Map<String, ?> arguments) throws Exception {
    JsonNode result = call(tool, arguments);
    assertTrue(result.path("isError").asBoolean(false), result::toString);
    String text = result.required("content").required(0).required("text").asString();
    assertFalse(text.contains("Exception") || text.contains("\tat "), text);
    assertTrue(text.length() < 1000, text);
    return text;
  }
}
