package org.lazaruspit.examples.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.MissionStore;
import tools.jackson.databind.JsonNode;

@Timeout(60)
final class CellToolsTest {

  private static final String CELL = "11111111-2222-4333-8444-555555555555";

  @TempDir Path folder;
  private Path root;
  private TestSession session;

  @BeforeEach
  void openSession() throws Exception {
    root = Files.createDirectory(folder.resolve("root"));
    session = new TestSession(root);
  }

  private void cell() throws Exception {
    session.result("create_mission_cell", Map.of("mission_name", "Port", "cell_id", CELL));
  }

  private void agent(String id) throws Exception {
    session.result(
        "add_agent_to_cell", Map.of("cell_id", CELL, "agent_id", id, "name", "A", "role", "write"));
  }

  @Test
  void aMissionIsCreatedFilledAndReturned() throws Exception {
    JsonNode created =
        session.result("create_mission_cell", Map.of("mission_name", "Port the parser"));
    String cell = created.required("cell_id").asString();
    assertEquals(4, UUID.fromString(cell).version());
    session.result(
        "add_agent_to_cell",
        Map.of(
            "cell_id", cell,
            "agent_id", "writer_1",
            "name", "Wörter",
            "role", "write",
            "gateway", "gateway_1",
            "capabilities", List.of("java")));
    session.result("add_task_to_cell", Map.of("cell_id", cell, "task_id", "t1", "title", "Read"));
    session.result(
        "add_task_to_cell",
        Map.of(
            "cell_id", cell,
            "task_id", "t2",
            "title", "Write",
            "description", "two\nlines",
            "assigned_to", "writer_1",
            "priority", "high",
            "dependencies", List.of("t1")));
    JsonNode shown = session.result("get_mission_cell", Map.of("cell_id", cell));
    assertEquals("Port the parser", shown.required("mission_name").asString());
    assertEquals("active", shown.required("status").asString());
    assertEquals("Wörter", shown.at("/agents/0/name").asString());
    assertEquals("java", shown.at("/agents/0/capabilities/0").asString());
    assertEquals("t2", shown.at("/tasks/1/task_id").asString());
    assertEquals("two\nlines", shown.at("/tasks/1/description").asString());
    assertEquals("[\"t1\"]", shown.required("ready_tasks").toString());
    assertEquals("[]", shown.required("problems").toString());
    assertTrue(MissionStore.open(root).load().get(0).valid());
  }

  private JsonNode agentAt(String cell, String gateway) throws Exception {
    return session
        .result(
            "add_agent_to_cell",
            Map.of(
                "cell_id", cell, "agent_id", "a", "name", "A", "role", "write", "gateway", gateway))
        .required("warnings");
  }

  @Test
  void agentWithTheKeyOfAnotherIsAddedWithAWarningThatNamesBoth() throws Exception {
    cell();
    String lower = "00000000-0000-4000-8000-000000000001";
    session.result("create_mission_cell", Map.of("mission_name", "Other", "cell_id", lower));
    assertEquals("[]", agentAt(CELL, "g").toString());
    String warnings = agentAt(lower, "g").toString();
    assertTrue(
        warnings.contains("agent " + lower + "/a with the id of agent " + CELL + "/a"), warnings);
  }

  @Test
  void idOfACellInAnotherDirectoryIsRefused() throws Exception {
    cell();
    Files.move(root.resolve(CELL), root.resolve("first"));
    String refused =
        session.error("create_mission_cell", Map.of("mission_name", "Again", "cell_id", CELL));
    assertTrue(refused.contains("first: already exists"), refused);
  }

  @Test
  void invalidChangesOfACellAreRefusedWithTheReason() throws Exception {
    cell();
    agent("a");
    String twice =
        session.error(
            "add_agent_to_cell",
            Map.of("cell_id", CELL, "agent_id", "a", "name", "B", "role", "read"));
    assertTrue(twice.contains("a.json"), twice);
    String unknownAgent =
        session.error(
            "add_task_to_cell",
            Map.of("cell_id", CELL, "task_id", "t", "title", "T", "assigned_to", "missing"));
    assertTrue(unknownAgent.contains("missing"), unknownAgent);
    String again =
        session.error("create_mission_cell", Map.of("mission_name", "P", "cell_id", CELL));
    assertTrue(again.contains("already exists"), again);
    JsonNode shown = session.result("get_mission_cell", Map.of("cell_id", CELL));
    assertEquals("[]", shown.required("tasks").toString());
    assertEquals("write", shown.at("/agents/0/role").asString());
  }

  @Test
  void theProblemsOfACellAreReturnedWithTheirPlace() throws Exception {
    cell();
    agent("a");
    Path file = root.resolve(CELL).resolve("agents").resolve("a.json");
    Files.writeString(file, Files.readString(file).replace("\"write\"", "\"boss\""));
    JsonNode shown = session.result("get_mission_cell", Map.of("cell_id", CELL));
    assertEquals("[]", shown.required("agents").toString());
    assertTrue(shown.at("/problems/0").asString().contains("/role"), shown::toString);
    Files.writeString(root.resolve(CELL).resolve("cell.json"), "{");
    String error = session.error("get_mission_cell", Map.of("cell_id", CELL));
    assertTrue(error.contains("cannot be used") && error.contains("cell.json"), error);
  }

  @Test
  void aCellInADirectoryOfAnotherNameIsFound() throws Exception {
    cell();
    Files.move(root.resolve(CELL), root.resolve("renamed"));
    agent("a");
    JsonNode shown = session.result("get_mission_cell", Map.of("cell_id", CELL));
    assertEquals(root.resolve("renamed").toString(), shown.required("directory").asString());
    assertEquals("a", shown.at("/agents/0/agent_id").asString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../../x", "..", "/etc/passwd", "a/b", "a\\b", "", ".x", "a\n", "-a", "a b"})
  void anIdWithAPathReachesNoFile(String id) throws Exception {
    cell();
    List<Path> before = files();
    List<JsonNode> answers =
        session.calls(
            Map.entry(
                "add_agent_to_cell",
                Map.of("cell_id", CELL, "agent_id", id, "name", "A", "role", "read")),
            Map.entry("add_task_to_cell", Map.of("cell_id", CELL, "task_id", id, "title", "T")),
            Map.entry("get_mission_cell", Map.of("cell_id", id)),
            Map.entry("create_mission_cell", Map.of("mission_name", "M", "cell_id", id)),
            Map.entry("create_mission_cell", Map.of("mission_name", "M", "created_by", id)),
            Map.entry("get_agent_health", Map.of("agent_id", id)),
            Map.entry("list_revivals", Map.of("agent_id", id)));
    assertEquals(7, answers.size());
    answers.forEach(it -> assertTrue(it.at("/result/isError").asBoolean(false), it::toString));
    assertEquals(before, files());
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> !file.toString().contains(".lazarus")).sorted().toList();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          create_mission_cell | {}                                            | mission_name
          create_mission_cell | {"mission_name": 7}                           | mission_name
          create_mission_cell | {"mission_name": "M", "colour": "red"}        | colour
          create_mission_cell | {"mission_name": "M", "max_agents": 0}        | max_agents
          create_mission_cell | {"mission_name": "M", "max_agents": 1000000000} | max_agents
          create_mission_cell | {"mission_name": "M", "isolation_level": "x"} | isolation_level
          get_mission_cell    | {"cell_id": "17"}                             | cell_id
          get_mission_cell    | {"cell_id": "11111111-2222-4333-8444-555555555555"} | no cell
          add_agent_to_cell   | {"cell_id": 1, "agent_id": "a", "name": "A", "role": "boss"} | role
          get_fleet_health    | {"limit": 100000}                             | limit
          """)
  void wrongArgumentsAreNamed(String tool, String arguments, String named) throws Exception {
    @SuppressWarnings("unchecked")
    Map<String, Object> map = Json.MAPPER.readValue(arguments, Map.class);
    String error = session.error(tool, map);
    assertTrue(error.contains(named), error);
  }

  @Test
  void withoutGatewayAndPitHealthAndRevivalRequestsAreRefused() throws Exception {
    cell();
    agent("a");
    String reason = "this server was started with";
    assertTrue(session.error("get_agent_health", Map.of("agent_id", "a")).contains(reason));
    assertTrue(session.error("get_fleet_health", Map.of()).contains(reason));
    assertTrue(
        session
            .error("request_revival", Map.of("agent_id", "a", "reason", "silent"))
            .contains("started without --pit"));
    JsonNode revivals = session.result("list_revivals", Map.of());
    assertEquals("journals", revivals.required("source").asString());
    assertEquals(0, revivals.required("total").asInt());
  }
}
