package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.internal.json.CellCodecs;
import org.lazaruspit.cell.internal.json.Json;
import org.lazaruspit.cell.internal.json.JsonText;

/** Published schemas and templates against the loader: the same verdict on every document. */
class SchemasTest {
  private static final Path DOCS = Path.of(System.getProperty("basedir", "")).resolve("../docs");

  /** Cell in memory, shared by thousands of documents. */
  private static final FileSystem DISK = Jimfs.newFileSystem(Configuration.unix());

  private static final Path CELL;

  static {
    try {
      CELL = Cells.create(DISK.getPath("/")).directory();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static final Map<String, String> FILES =
      Map.of(
          "cell", "cell.json",
          "agent", "agents/a1.json",
          "task", "tasks/t1.json",
          "isolation", "config/isolation.json",
          "policies", "config/policies.json",
          "permissions", "config/permissions.json");

  private static final Map<String, Schema> SCHEMAS = new LinkedHashMap<>();

  /** Rules that no schema can express: they need other files or arithmetic. */
  private static final Set<String> BEYOND_SCHEMAS =
      Set.of(
          "an agent of this cell",
          "a task of this cell",
          "dependencies without a cycle",
          "a task that is assigned to this agent",
          "at least the number of agents",
          "\"a1\", the file's name",
          "\"t1\", the file's name");

  private static Schema schema(String kind) {
    return SCHEMAS.computeIfAbsent(
        kind,
        any -> {
          try {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(
                    Files.readString(DOCS.resolve("schemas/" + kind + ".schema.json")),
                    InputFormat.JSON);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  private static List<String> schemaFindings(String kind, String document) {
    return schema(kind)
        .validate(
            document,
            InputFormat.JSON,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
        .stream()
        .map(Object::toString)
        .toList();
  }

  private static List<String> loaderFindings(String kind, String document) throws IOException {
    Path file = CELL.resolve(FILES.getOrDefault(kind, ""));
    byte[] before = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    Files.write(file, Cells.json(document));
    try {
      return MissionStore.open(DISK.getPath("/")).load(CELL).errors().stream()
          .filter(problem -> problem.file().equals(file))
          .filter(problem -> !BEYOND_SCHEMAS.contains(problem.expected()))
          .map(CellProblem::message)
          .toList();
    } finally {
      Files.delete(file);
      if (before.length > 0) {
        Files.write(file, before);
      }
    }
  }

  private static void assertOneVerdict(String kind, Json document) throws IOException {
    String text = new String(JsonText.bytes(document), StandardCharsets.UTF_8);
    List<String> schema = schemaFindings(kind, text);
    List<String> loader = loaderFindings(kind, text);
    assertEquals(
        schema.isEmpty(),
        loader.isEmpty(),
        () -> text + "schema: " + schema + "\nloader: " + loader);
  }

  /** Values at and around every bound of every rule. */
  private static final List<Json> VALUES = new ArrayList<>();

  static {
    for (String text :
        List.of(
            "",
            "x",
            "a1",
            "a b",
            "-a",
            ".a",
            "_",
            "a\n",
            "é",
            "x".repeat(128),
            "x".repeat(129),
            "../up",
            "a/b",
            "a/../b",
            "a//b",
            "/a",
            "a\\b",
            "a/.",
            "...",
            "a\u0001",
            "active",
            "idle",
            "pending",
            "in_progress",
            "completed",
            "failed",
            "paused",
            "ACTIVE",
            "lead",
            "read",
            "none",
            "level_2",
            "level_9",
            "yes",
            "ask",
            "auto",
            "manual",
            "high",
            "2026-01-31T09:30:00Z",
            "2026-01-31T09:30:00.123456789Z",
            "2026-01-31T09:30:00+01:00",
            "2026-02-30T09:30:00Z",
            "2026-01-31",
            "2026-01-31 09:30:00Z",
            "2026-01-31t09:30:00z",
            "2026-01-31T09:30:00",
            "12026-01-31T09:30:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T25:00:00Z",
            "2026-12-31T23:59:60Z",
            "2026-01-31T09:30:00-00:00",
            "2026-01-31T09:30:00+18:00",
            "2026-01-31T09:30:00+99:00",
            "6f1f4b0e-3a52-4a53-9a43-0d3f5a1c2b7e",
            "6F1F4B0E-3A52-4A53-9A43-0D3F5A1C2B7E",
            "1-1-1-1-1",
            "0".repeat(64),
            "A".repeat(64),
            "0".repeat(63),
            "2 cores",
            "500m",
            "1.5",
            "4GB",
            "4 gib",
            "512MiB",
            "10 bytes",
            "many",
            "1,5",
            "4 GBs",
            "CAP_KILL",
            "KILL",
            "cap_kill",
            "CAP_FLY")) {
      VALUES.add(new Json.Text(text));
    }
    for (String number :
        List.of(
            "0",
            "1",
            "-1",
            "10",
            "300.0",
            "3e2",
            "1.5",
            "-0",
            "1000000000",
            "1000000001",
            "1000000",
            "1000001",
            "9223372036854775807",
            "9223372036854775808",
            "1e400",
            "0.001")) {
      VALUES.add(new Json.Num(number));
    }
    VALUES.add(new Json.Bool(true));
    VALUES.add(Json.Null.NULL);
    VALUES.add(new Json.Arr(List.of()));
    VALUES.add(new Json.Obj());
    VALUES.add(new Json.Arr(List.of(new Json.Text("x"))));
  }

  private static Json.Obj full(String kind) {
    return switch (kind) {
      case "cell" ->
          CellCodecs.CONFIG
              .encode()
              .apply(
                  Cells.builder()
                      .policies(
                          new CellPolicies(
                              AutoRevive.YES, true, CellPolicies.DEFAULT_CHECKPOINT_INTERVAL))
                      .build()
                      .config());
      case "agent" ->
          CellCodecs.AGENT
              .encode()
              .apply(
                  AgentSpec.of("a1", "x", Role.READ)
                      .withCapabilities(List.of("x"))
                      .withGateway("g")
                      .withLauncher("l")
                      .withCurrentTask("t1")
                      .withCheckpoint(
                          new CheckpointRef(Cells.CREATED, "0".repeat(64), List.of("x"))));
      case "task" -> CellCodecs.TASK.encode().apply(TaskSpec.of("t1", "x", Cells.CREATED));
      case "isolation" ->
          CellCodecs.ISOLATION
              .encode()
              .apply(
                  new IsolationSpec(
                      IsolationLevel.NONE,
                      true,
                      true,
                      new ResourceLimits(1L, 1L, 1L),
                      new SecurityContext("u", "g", List.of("CAP_KILL"))));
      case "policies" ->
          CellCodecs.POLICIES
              .encode()
              .apply(
                  new RevivalPolicies(
                      AutoRevive.NO,
                      CellConfig.DEFAULT_TIMEOUT,
                      List.of("a2"),
                      true,
                      HandoffApproval.AUTO,
                      true,
                      1));
      default ->
          CellCodecs.PERMISSIONS
              .encode()
              .apply(new Permissions(Map.of("a1", Permissions.Grants.NONE)));
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"cell", "agent", "task", "isolation", "policies", "permissions"})
  void everyFieldWithEveryValueGetsOneVerdict(String kind) throws IOException {
    Json.Obj full = full(kind);
    assertEquals(List.of(), schemaFindings(kind, text(full)));
    for (String name : full.fields().keySet()) {
      Json.Obj without = copy(full);
      without.fields().remove(name);
      assertOneVerdict(kind, without);
      for (Json value : valuesFor(full.get(name))) {
        assertOneVerdict(kind, copy(full).put(name, value));
      }
      if (full.get(name) instanceof Json.Obj inner) {
        for (String innerName : inner.fields().keySet()) {
          Json.Obj innerWithout = copy(inner);
          innerWithout.fields().remove(innerName);
          assertOneVerdict(kind, copy(full).put(name, innerWithout));
          for (Json value : valuesFor(inner.get(innerName))) {
            assertOneVerdict(kind, copy(full).put(name, copy(inner).put(innerName, value)));
          }
        }
      }
    }
  }

  @Property(tries = 400)
  void severalFaultsAtOnceGetOneVerdict(@ForAll("kind") String kind, @ForAll long seed)
      throws IOException {
    AnyCell any = new AnyCell(seed);
    Json.Obj document = any.strew(full(kind));
    if (kind.equals("permissions")) {
      document = full(kind);
    }
    for (String name : List.copyOf(document.fields().keySet())) {
      if (any.below(4) == 0) {
        document.put(name, VALUES.get(any.below(VALUES.size())));
      }
    }
    assertOneVerdict(kind, document);
  }

  @Provide
  Arbitrary<String> kind() {
    return Arbitraries.of(FILES.keySet());
  }

  @Test
  void completedTaskWithoutItsInstantIsRefusedByBoth() throws IOException {
    Json.Obj completed = full("task").put("status", "completed");
    assertOneVerdict("task", completed);
    assertTrue(!schemaFindings("task", text(completed)).isEmpty());
    assertOneVerdict("task", completed.put("completed_at", "2026-02-01T00:00:00Z"));
  }

  @Test
  void permissionsAreNamedForAgents() throws IOException {
    for (String name : List.of("$schema", "a1", "a b", "", "-x", "$\n")) {
      assertOneVerdict("permissions", full("permissions").put(name, new Json.Obj()));
      assertOneVerdict("permissions", full("permissions").put(name, "text"));
    }
  }

  /**
   * The loader does not check commands; the pit does, with the same verdicts, in its
   * LauncherResolverTest.
   */
  @Test
  void commandIsAProgramAndItsArgumentsWithKnownPlaceholders() throws IOException {
    for (String command :
        List.of("[\"a\"]", "[\"./run\", \"\", \"{agent_id}{cell}\\n\"]", "[\"{WHAT}\", \"{\"]")) {
      String agent = withCommand(command);
      assertEquals(List.of(), schemaFindings("agent", agent));
      assertEquals(List.of(), loaderFindings("agent", agent));
    }
    for (String command :
        List.of(
            "\"rm -rf\"",
            "null",
            "[]",
            "[\" \"]",
            "[1]",
            "[\"a\", 1]",
            "[\"{what}\"]",
            "[\"a\", \"x\\n{cell}{what}\"]")) {
      assertNotEquals(List.of(), schemaFindings("agent", withCommand(command)), command);
    }
  }

  private static String withCommand(String command) {
    return text(full("agent"))
        .replaceFirst("\\{", "{\"command\": " + command.replace("\\", "\\\\") + ",");
  }

  @Test
  void schemasNameTheirDialect() throws IOException {
    for (String kind : FILES.keySet()) {
      String text = Files.readString(DOCS.resolve("schemas/" + kind + ".schema.json"));
      assertTrue(text.contains("\"$schema\": \"https://json-schema.org/draft/2020-12/schema\""));
    }
  }

  @Test
  void templatesMakeAValidCellAndPassTheirSchemas() throws IOException {
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      Path cell = disk.getPath("/").resolve(Cells.ID.toString());
      place("cell", cell.resolve("cell.json"));
      place("agent", cell.resolve("agents/agent_1.json"));
      place("task", cell.resolve("tasks/task_1.json"));
      assertEquals(List.of(), MissionStore.open(disk.getPath("/")).load().get(0).problems());
    }
  }

  private static void place(String kind, Path file) throws IOException {
    String template = Files.readString(DOCS.resolve("templates/" + kind + ".json"));
    assertEquals(List.of(), schemaFindings(kind, template));
    Files.createDirectories(file.getParent());
    Files.writeString(file, template);
  }

  /** In an array each value is tried as an element. */
  private static List<Json> valuesFor(@Nullable Json there) {
    return there instanceof Json.Arr
        ? VALUES.stream().<Json>map(value -> new Json.Arr(List.of(value))).toList()
        : VALUES;
  }

  private static Json.Obj copy(Json.Obj object) {
    return new Json.Obj(new LinkedHashMap<>(object.fields()));
  }

  private static String text(Json json) {
    return new String(JsonText.bytes(json), StandardCharsets.UTF_8);
  }
}
