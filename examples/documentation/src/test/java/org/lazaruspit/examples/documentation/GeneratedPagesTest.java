package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Checks that generated files are current; {@code .ci/docs} generates them again. */
final class GeneratedPagesTest {
  private static final Path DOCS = Page.TOP.resolve("docs");

  private static void assertCurrent(Path file, String text) throws IOException {
    if (Boolean.getBoolean("docs.write")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    }
    assertTrue(Files.exists(file), file + " is missing: run bash .ci/docs");
    assertEquals(text, Files.readString(file), file + " is not current: run bash .ci/docs");
  }

  private static JsonNode api() throws IOException {
    return new YAMLMapper().readTree(Files.readString(DOCS.resolve("http-api.yaml")));
  }

  @Test
  void thePageAboutTheHttpInterfaceIsCurrent() throws IOException {
    assertCurrent(DOCS.resolve("http-api.md"), HttpApiPage.of(api()));
  }

  @Test
  void thatPageHasEveryOperationAndEveryBody() throws IOException {
    String page = HttpApiPage.of(api());
    for (Map.Entry<String, JsonNode> path : api().path("paths").properties()) {
      assertTrue(page.contains(path.getKey() + "`\n"), path.getKey());
    }
    for (JsonNode refusal : api().at("/components/responses")) {
      assertTrue(page.contains(refusal.path("description").asString() + " |\n"), refusal::toString);
    }
    for (String schema : api().at("/components/schemas").propertyNames()) {
      assertTrue(page.contains("### " + schema + "\n"), schema);
    }
  }

  @Test
  void thePicturesAreCurrent() throws IOException {
    for (Map.Entry<String, String> picture : Diagrams.all().entrySet()) {
      assertCurrent(DOCS.resolve("images").resolve(picture.getKey()), picture.getValue());
    }
  }
}
