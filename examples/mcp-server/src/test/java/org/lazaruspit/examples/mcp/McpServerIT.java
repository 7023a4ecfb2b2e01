package org.lazaruspit.examples.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Runs the JAR as a client does. */
@Tag("full")
@Timeout(120)
final class McpServerIT {

  @TempDir Path folder;

  private List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                System.getProperty("mcp-server.jar", "target/mcp-server.jar")));
    command.addAll(List.of(arguments));
    return command;
  }

  private McpSyncClient client(String... arguments) {
    List<String> command = command(arguments);
    ServerParameters server =
        ServerParameters.builder(command.get(0)).args(command.subList(1, command.size())).build();
    StdioClientTransport transport =
        new StdioClientTransport(server, new JacksonMcpJsonMapper(Json.MAPPER));
    transport.setStdErrorHandler(line -> {});
    return McpClient.sync(transport).requestTimeout(Duration.ofSeconds(60)).build();
  }

  private static CallToolRequest call(String tool, Map<String, Object> arguments) {
    return CallToolRequest.builder(tool).arguments(arguments).build();
  }

  private static String text(CallToolResult result) {
    return assertInstanceOf(TextContent.class, result.content().get(0)).text();
  }

  @Test
  void theSdksClientCreatesAMissionAndGetsErrors() throws Exception {
    try (McpSyncClient client = client("--root", folder.toString())) {
      assertEquals("lazarus-pit", client.initialize().serverInfo().name());
      assertEquals(8, client.listTools().tools().size());
      CallToolResult created =
          client.callTool(call("create_mission_cell", Map.of("mission_name", "Port")));
      assertEquals(false, created.isError());
      Map<?, ?> cell = assertInstanceOf(Map.class, created.structuredContent());
      assertTrue(Files.exists(Path.of(cell.get("directory").toString(), "cell.json")));
      CallToolResult wrong = client.callTool(call("get_mission_cell", Map.of("cell_id", "../..")));
      assertEquals(true, wrong.isError());
      assertTrue(text(wrong).contains("cell_id"), text(wrong));
      McpError unknown =
          Assertions.assertThrows(
              McpError.class, () -> client.callTool(call("approve_revival", Map.of())));
      assertEquals(-32602, unknown.getJsonRpcError().code());
      assertTrue(client.closeGracefully());
    }
  }

  private record Outcome(int status, String out, String err) {}

  private Outcome run(String input, String... arguments) throws Exception {
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command(arguments))
            .directory(folder.toFile())
            .redirectError(err.toFile())
            .start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(UTF_8));
    }
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return new Outcome(process.exitValue(), out, Files.readString(err));
  }

  @Test
  void theServerEndsWithItsInputAndWritesOnlyTheProtocol() throws Exception {
    assertEquals(new Outcome(0, "", ""), run("", "--root", "."));
    String lines = String.join("\n", TestSession.HANDSHAKE) + "\nnot JSON\n";
    String call =
        """
        {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_mission_cell",\
        "arguments":{"cell_id":"11111111-2222-4333-8444-555555555555"}}}\
        """;
    Outcome outcome = run(lines + call, "--root", ".");
    assertEquals(0, outcome.status());
    assertEquals(3, outcome.out().lines().count(), outcome::out);
    for (String line : outcome.out().lines().toList()) {
      assertEquals("2.0", Json.MAPPER.readTree(line).required("jsonrpc").asString());
    }
    assertTrue(outcome.err().contains("no cell"), outcome::err);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--root nowhere | 1 | mcp-server: --root: nowhere is not a directory",
        "--root . --colour | 2 | --colour",
        "--gateway ftp://x --root . | 2 | --gateway: ftp://x is not a URL",
      })
  void wrongUseIsReportedOnStandardError(String arguments, int status, String message)
      throws Exception {
    Outcome outcome = run("", arguments.split(" ", -1));
    assertEquals(status, outcome.status());
    assertEquals("", outcome.out());
    assertTrue(outcome.err().contains(message), outcome::err);
  }

  private static final Pattern BLOCK = Pattern.compile("```(sh|json)\n(.*?)```", Pattern.DOTALL);

  private static List<String> readme(String language) throws Exception {
    return BLOCK
        .matcher(Files.readString(Path.of("README.md")))
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2))
        .toList();
  }

  /** Runs all commands except the build. */
  @Test
  void theCommandsOfTheReadmeWork() throws Exception {
    List<String> blocks = readme("sh");
    assertEquals(3, blocks.size());
    assertTrue(blocks.get(0).startsWith("mvn "));
    ProcessBuilder bash = new ProcessBuilder("bash", "-euc", blocks.get(1) + blocks.get(2));
    bash.environment().put("HOME", folder.toString());
    bash.environment().put("PATH", javaFirst());
    bash.directory(Path.of("..", "..").toFile()).redirectError(folder.resolve("err").toFile());
    Process process = bash.start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), Files.readString(folder.resolve("err")));
    List<String> lines = out.lines().toList();
    assertTrue(lines.get(0).contains("\"protocolVersion\":\"2025-06-18\""), out);
    assertEquals(
        "Port the parser",
        Json.MAPPER.readTree(lines.get(1)).at("/result/structuredContent/mission_name").asString());
    assertTrue(lines.contains("cell.json"), out);
  }

  private static String javaFirst() {
    return Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH");
  }

  /** Starts the server with the arguments of the configuration for clients. */
  @Test
  void theConfigurationForClientsStartsTheServer() throws Exception {
    JsonNode server = Json.MAPPER.readTree(readme("json").get(0)).at("/mcpServers/lazarus-pit");
    assertEquals("java", server.required("command").asString());
    List<String> arguments = new ArrayList<>();
    server.required("args").forEach(argument -> arguments.add(argument.asString()));
    assertEquals("-jar", arguments.get(0));
    List<String> options = arguments.subList(2, arguments.size());
    options.replaceAll(option -> option.equals("/var/missions") ? folder.toString() : option);
    assertEquals(new Outcome(0, "", ""), run("", options.toArray(String[]::new)));
  }
}
