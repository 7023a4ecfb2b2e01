package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.examples.documentation.Page.Block;
import org.lazaruspit.pit.PitConfig;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Checks that JSON snippets are JSON, and that configurations and files of cells are valid. The
 * kind of a snippet follows from its fields, or from a remark before it: {@code <!-- json: task
 * -->}.
 */
final class JsonSnippetsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Fields that identify a kind of file. */
  private static final Map<String, Set<String>> DISTINCTIVE_FIELDS =
      Map.of(
          "cell", Set.of("mission_name"),
          "agent", Set.of("role"),
          "task", Set.of("task_id"),
          "isolation", Set.of("resource_limits", "security_context", "mount_namespaces"),
          "policies", Set.of("substitute_agents", "revive_timeout", "checkpoint_required"),
          "config",
              Set.of(
                  "missions_path",
                  "gateways",
                  "launchers",
                  "reviver",
                  "plugins",
                  "plugin_directory",
                  "poll_interval",
                  "limits",
                  "control",
                  "allow_cell_commands",
                  "agent_key",
                  "state_directory",
                  "log_level"));

  private static List<String> problems(Page page) {
    List<String> problems = new ArrayList<>();
    for (Block block : page.blocks()) {
      if (block.language().equals("json")) {
        problems(block).forEach(problem -> problems.add(block.place() + ": " + problem));
      }
    }
    return problems;
  }

  private static List<String> problems(Block block) {
    JsonNode json;
    try {
      json = JSON.readTree(block.text());
    } catch (JacksonException e) {
      return List.of(e.getOriginalMessage());
    }
    String kind = block.remarks().getOrDefault("json", kind(json));
    if (kind.equals("config")) {
      return configuration(block.text());
    }
    return kind.equals("any") ? List.of() : schema(kind, block.text());
  }

  private static String kind(JsonNode json) {
    return DISTINCTIVE_FIELDS.entrySet().stream()
        .filter(kind -> kind.getValue().stream().anyMatch(json::has))
        .map(Map.Entry::getKey)
        .sorted()
        .findFirst()
        .orElse("any");
  }

  private static List<String> configuration(String text) {
    try {
      PitConfig.parse(Path.of("/somewhere/config.json"), text);
      return List.of();
    } catch (PitConfig.InvalidConfigException e) {
      return e.problems();
    }
  }

  private static List<String> schema(String kind, String text) {
    Path file = Page.TOP.resolve("docs/schemas").resolve(kind + ".schema.json");
    try {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(Files.readString(file), InputFormat.JSON)
          .validate(text, InputFormat.JSON)
          .stream()
          .map(Object::toString)
          .toList();
    } catch (IOException e) {
      return List.of("no schema for " + kind);
    }
  }

  @Test
  void everySnippetIsValid() {
    assertEquals(List.of(), Page.all().stream().flatMap(page -> problems(page).stream()).toList());
  }

  @Test
  void invalidSnippetsAreFound() {
    List<String> text = new ArrayList<>();
    for (String snippet :
        List.of(
            "{\"missions_path\": \"/var/missions\"}",
            "{\"a\": }",
            "{\"missions_path\": 17}",
            "{\"gateways\": [], \"gatways\": []}",
            "{\"mission_name\": \"x\"}",
            "{\"agent_id\": \"a\", \"name\": \"A\", \"role\": \"boss\", \"status\": \"idle\"}",
            "{\"any\": \"thing\"}")) {
      text.addAll(List.of("```json", snippet, "```"));
    }
    text.addAll(List.of("<!-- json: permissions -->", "```json", "{\"a b\": {}}", "```"));
    List<String> problems = problems(new Page(Page.TOP.resolve("page.md"), text));
    assertEquals(
        List.of("page.md:4", "page.md:7", "page.md:10", "page.md:13", "page.md:16", "page.md:23"),
        problems.stream()
            .map(problem -> problem.substring(0, problem.indexOf(": ")))
            .distinct()
            .toList(),
        problems::toString);
  }

  /** Builds a cell from the files in the specification. */
  @Test
  void theCellOfTheSpecificationIsValid(@TempDir Path root) throws IOException {
    Page page = Page.read(Page.TOP.resolve("docs/mission-cell-spec.md"));
    Path cell = root.resolve("6f1f4b0e-3a52-4a53-9a43-0d3f5a1c2b7e");
    int files = 0;
    for (Block block : page.blocks()) {
      String name = block.remarks().get("file");
      if (name != null) {
        Path file = cell.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, block.text());
        files++;
      }
    }
    assertTrue(files >= 8, "only " + files + " files");
    CellLoad load = MissionStore.open(root).load(cell);
    assertEquals(List.of(), load.problems());
    assertEquals(2, load.cell().orElseThrow().agents().size());
    assertEquals(2, load.cell().orElseThrow().tasks().size());
  }
}
