package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.lazaruspit.cell.internal.json.CellCodecs;
import org.lazaruspit.cell.internal.json.CellJson;
import org.lazaruspit.cell.internal.json.Findings;
import org.lazaruspit.cell.internal.json.Json;
import org.lazaruspit.cell.internal.json.JsonText;

class CellLawsTest {
  private static final List<String> FILES =
      List.of(
          "cell.json",
          "agents/a1.json",
          "tasks/t1.json",
          "config/isolation.json",
          "config/policies.json",
          "config/permissions.json");

  @Property(tries = 200)
  void writtenContentIsLoadedAgain(@ForAll long seed) throws IOException {
    NewCell spec = new AnyCell(seed).cell();
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      MissionCell created = MissionStore.open(disk.getPath("/")).create(spec);
      CellLoad load = MissionStore.open(disk.getPath("/")).load().get(0);
      assertEquals(List.of(), load.errors());
      MissionCell cell = load.cell().orElseThrow();
      assertEquals(created, cell);
      assertEquals(spec.config(), cell.config());
      assertEquals(
          spec.agents().stream().sorted((a, b) -> a.agentId().compareTo(b.agentId())).toList(),
          List.copyOf(cell.agents().values()));
      assertEquals(
          spec.tasks().stream().sorted((a, b) -> a.taskId().compareTo(b.taskId())).toList(),
          List.copyOf(cell.tasks().values()));
      assertEquals(spec.isolation(), cell.isolation());
      assertEquals(spec.policies(), cell.policies());
      assertEquals(spec.permissions(), cell.permissions());
    }
  }

  @Property(tries = 200)
  void unknownFieldsSurviveAnyEdits(@ForAll long seed) throws IOException {
    AnyCell any = new AnyCell(seed);
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      Path cell = Cells.create(disk.getPath("/")).directory();
      Path file = cell.resolve("agents/a1.json");
      AgentSpec full =
          AgentSpec.of("a1", "x", Role.READ)
              .withCurrentTask("t1")
              .withGateway("g")
              .withCheckpoint(any.checkpoint());
      Json.Obj strewn = any.strew(CellCodecs.AGENT.encode().apply(full));
      Files.write(file, JsonText.bytes(strewn));
      for (int i = any.below(4) + 1; i > 0; i--) {
        UnaryOperator<AgentSpec> edit = edit(any);
        CellEditor.of(cell).updateAgent("a1", edit);
      }
      Findings findings = new Findings();
      Json.Obj after = new CellJson(CellLimits.DEFAULTS).parse(Files.readAllBytes(file), findings);
      if (after == null) {
        throw new AssertionError("nothing left of " + Cells.read(file));
      }
      assertFalse(findings.failed());
      assertTrue(after != null);
      assertEquals(List.copyOf(unknown(strewn).entrySet()), List.copyOf(unknown(after).entrySet()));
    }
  }

  private static UnaryOperator<AgentSpec> edit(AnyCell any) {
    int what = any.below(6);
    long incarnation = any.below(1000);
    CheckpointRef checkpoint = any.checkpoint();
    return agent ->
        switch (what) {
          case 0 -> agent.withIncarnation(incarnation);
          case 1 -> agent.withCheckpoint(checkpoint);
          case 2 -> agent.withCurrentTask(null);
          case 3 -> agent.withStatus(AgentStatus.PAUSED);
          case 4 -> agent.withLauncher("other");
          default -> agent.withGateway(null);
        };
  }

  private static Map<String, Json> unknown(Json.Obj object) {
    Map<String, Json> unknown = new LinkedHashMap<>();
    object
        .fields()
        .forEach(
            (name, value) -> {
              if (name.startsWith("?")) {
                unknown.put(name, value);
              } else if (value instanceof Json.Obj inner) {
                unknown(inner).forEach((n, v) -> unknown.put(name + "/" + n, v));
              }
            });
    return unknown;
  }

  @Property(tries = 200)
  void anyBytesAsAnyFileAreAtMostAProblem(
      @ForAll("bytes") byte[] bytes, @ForAll("file") String name) throws IOException {
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      Path cell = Cells.create(disk.getPath("/")).directory();
      Files.write(cell.resolve(name), bytes);
      for (CellProblem problem : MissionStore.open(disk.getPath("/")).load(cell).problems()) {
        assertTrue(problem.message().length() < 2000);
        assertFalse(problem.message().contains("\n"));
      }
    }
  }

  @Property(tries = 400)
  void anyDamageToAFileIsAtMostAProblem(
      @ForAll long seed, @ForAll("file") String name, @ForAll byte with) throws IOException {
    AnyCell any = new AnyCell(seed);
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      MissionStore store = MissionStore.open(disk.getPath("/"));
      Path cell = store.create(any.cell()).directory();
      Path file = cell.resolve(name);
      if (Files.exists(file)) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[any.below(bytes.length)] = with;
        Files.write(file, bytes);
      }
      CellLoad load = store.load(cell);
      assertTrue(load.cell().isPresent() || !load.errors().isEmpty());
    }
  }

  @Provide
  Arbitrary<byte[]> bytes() {
    return Arbitraries.oneOf(
        Arbitraries.bytes().array(byte[].class).ofMaxSize(200),
        Arbitraries.of(
                "{",
                "}",
                "[",
                "]",
                "\"a1\"",
                ":",
                ",",
                "1",
                "-",
                "1e999999999",
                "null",
                "\"agent_id\"",
                "\"timeout\"",
                "\"checkpoint\"",
                "\"policies\"",
                " ",
                "\\u0000",
                "\"\\ud800\"",
                "true")
            .list()
            .ofMaxSize(40)
            .map(parts -> Cells.json(String.join("", parts))));
  }

  @Provide
  Arbitrary<String> file() {
    return Arbitraries.of(FILES);
  }
}
