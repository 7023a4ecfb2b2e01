package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Checks that the workflows use features of Gitea's runner, and that each command is an existing
 * script.
 */
final class WorkflowsTest {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Path FOLDER = Page.TOP.resolve(".gitea/workflows");

  /** Keys that Gitea ignores. */
  private static final Set<String> IGNORED =
      Set.of("permissions", "timeout-minutes", "continue-on-error", "environment", "concurrency");

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList();
    }
  }

  @Test
  void everyCommandIsAnExecutableScript() throws IOException {
    Set<String> scripts = new TreeSet<>();
    for (Path file : files()) {
      JsonNode workflow = YAML.readTree(Files.readString(file));
      assertEquals(file.getFileName().toString(), workflow.path("name").asString() + ".yaml");
      assertTrue(workflow.path("on").isObject(), file::toString);
      for (JsonNode job : workflow.path("jobs")) {
        assertTrue(job.path("runs-on").isString(), file::toString);
        IGNORED.forEach(name -> assertTrue(!job.has(name) && !workflow.has(name), name));
        for (JsonNode step : job.path("steps")) {
          if (step.has("run")) {
            String[] words = step.path("run").asString().split(" ", -1);
            assertEquals("bash", words[0], file::toString);
            assertTrue(Files.isExecutable(Page.TOP.resolve(words[1])), words[1]);
            scripts.add(words[1]);
          } else {
            assertTrue(step.path("uses").asString().matches("[\\w/-]+@v\\d+"), step::toString);
          }
        }
      }
    }
    assertEquals(Set.of(".ci/prepare", ".ci/review", ".ci/test", ".ci/validate"), scripts);
  }

  @Test
  void bothJdksAreTested() throws IOException {
    List<String> versions = new ArrayList<>();
    YAML.readTree(Files.readString(FOLDER.resolve("test.yaml")))
        .at("/jobs/test/strategy/matrix/java")
        .forEach(version -> versions.add(version.asString()));
    assertEquals(List.of("17", "25"), versions);
  }

  @Test
  void theChooserOfTemplatesIsYaml() throws IOException {
    JsonNode chooser =
        YAML.readTree(Files.readString(Page.TOP.resolve(".gitea/ISSUE_TEMPLATE/config.yaml")));
    assertTrue(chooser.path("blank_issues_enabled").isBoolean());
  }
}
