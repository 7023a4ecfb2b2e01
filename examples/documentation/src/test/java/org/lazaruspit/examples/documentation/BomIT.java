package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.examples.documentation.ScriptSandbox.Outcome;

/**
 * Builds a project outside of this build that imports the bill of materials. This build's artifacts
 * are in a local repository of the test, as after {@code mvn install}; all other artifacts come
 * from the user's local repository, used as a read-only server without network.
 */
@Tag("full")
@Timeout(120)
final class BomIT {
  private static final Page README = Page.read(Page.TOP.resolve("README.md"));
  private static final Page EMBEDDING = Page.read(Page.TOP.resolve("docs/embedding.md"));

  @TempDir Path folder;
  private String version;

  @BeforeEach
  void ourArtifactsAndAProjectOutside() throws Exception {
    version = BomTest.texts(Page.TOP.resolve(".mvn/bom.xml"), "/project/version").get(0);
    install("lazarus-pit-bom", Page.TOP.resolve(".mvn/bom.xml"), "pom");
    install("lazarus-pit-parent", Page.TOP.resolve("pom.xml"), "pom");
    for (String library : BomTest.libraries()) {
      Path module = Page.TOP.resolve(library);
      install(library, module.resolve("pom.xml"), "pom");
      install(library, module.resolve("target/%s-%s.jar".formatted(library, version)), "jar");
    }
    Path contracts = Page.TOP.resolve("pit-core/target/pit-core-%s-tests.jar".formatted(version));
    Files.copy(
        contracts,
        folder
            .resolve("repository/org/lazaruspit/pit-core")
            .resolve(version)
            .resolve(contracts.getFileName()));
    Files.writeString(
        folder.resolve("settings.xml"),
        """
        <settings>
          <mirrors>
            <mirror><id>here</id><mirrorOf>*</mirrorOf><url>%s</url></mirror>
          </mirrors>
        </settings>
        """
            .formatted(Path.of(System.getProperty("local.repository")).toUri()));
  }

  private void install(String artifact, Path file, String type) throws IOException {
    Path place =
        Files.createDirectories(
            folder.resolve("repository/org/lazaruspit").resolve(artifact).resolve(version));
    Files.copy(file, place.resolve("%s-%s.%s".formatted(artifact, version, type)));
  }

  /** Creates a project with the page's lines in its POM. */
  private Path project(String lines) throws Exception {
    Path parent = Page.TOP.resolve("pom.xml");
    StringBuilder plugins = new StringBuilder();
    for (String plugin : List.of("maven-resources-plugin", "maven-compiler-plugin")) {
      // The versions of this build are in the local repository; Maven's defaults may be missing.
      String itsVersion =
          BomTest.texts(parent, "//plugin[artifactId='%s']/version".formatted(plugin)).get(0);
      plugins.append(
          "<plugin><artifactId>%s</artifactId><version>%s</version></plugin>"
              .formatted(plugin, itsVersion));
    }
    Files.writeString(
        folder.resolve("pom.xml"),
        """
        <project>
        <modelVersion>4.0.0</modelVersion>
        <groupId>org.example</groupId>
        <artifactId>outside</artifactId>
        <version>1</version>
        <properties>
          <maven.compiler.release>17</maven.compiler.release>
          <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
        </properties>
        <build><plugins>%s</plugins></build>
        %s</project>
        """
            .formatted(plugins, lines));
    return Files.createDirectories(folder.resolve("src/main/java"));
  }

  /** Compiles the project in a writable copy. */
  private Outcome compile() throws Exception {
    return new ScriptSandbox(folder)
        .run(
            """
            cp -r '%s' outside && cd outside
            '%s/bin/mvn' -B -ntp -q -s settings.xml -Dmaven.repo.local=$PWD/repository compile
            find target/classes -name '*.class' -printf '%%f\\n' | sort
            """
                .formatted(folder, System.getProperty("maven.home")));
  }

  private static String lines() {
    return EMBEDDING.blocks().stream()
        .filter(block -> block.language().equals("xml") && block.text().contains("lazarus-pit-bom"))
        .findFirst()
        .orElseThrow()
        .text();
  }

  private static String bomAlone() {
    String lines = lines();
    return lines.substring(0, lines.indexOf("<dependencies>\n  <dependency>"));
  }

  private static String dependency(String group, String artifact, String more) {
    return "<dependency><groupId>%s</groupId><artifactId>%s</artifactId>%s</dependency>"
        .formatted(group, artifact, more);
  }

  @Test
  void theSnippetsOfTheReadmeCompileWithThePagesLines() throws Exception {
    Path sources = project(lines());
    Programs programs = new Programs(README, sources);
    Files.writeString(
        sources.resolve("Gateway.java"),
        programs.source("Gateway", "", "HeartbeatServer server", ""));
    Files.writeString(
        sources.resolve("Agent.java"), programs.source("Agent", "", "HeartbeatClient", ""));
    Outcome outcome = compile();
    assertEquals(0, outcome.status(), outcome::output);
    assertTrue(outcome.output().contains("Agent.class\nGateway.class"), outcome::output);
  }

  @Test
  void eachLibraryIsFoundWithoutAVersion() throws Exception {
    StringBuilder all = new StringBuilder(bomAlone()).append("<dependencies>");
    for (String library : BomTest.libraries()) {
      all.append(dependency("org.lazaruspit", library, ""));
    }
    String contracts = "<type>test-jar</type><scope>test</scope>";
    all.append(dependency("org.lazaruspit", "pit-core", contracts)).append("</dependencies>");
    Path sources = project(all.toString());
    Files.writeString(
        sources.resolve("Uses.java"),
        """
        class Uses {
          org.lazaruspit.cell.MissionCell cell;
          org.lazaruspit.heartbeat.HealthRegistry registry;
          org.lazaruspit.heartbeat.http.HeartbeatServer server;
          org.lazaruspit.pit.LazarusPit pit;
        }
        """);
    Outcome outcome = compile();
    assertEquals(0, outcome.status(), outcome::output);
    assertTrue(outcome.output().contains("Uses.class"), outcome::output);
  }

  @Test
  void versionsOfOtherDependenciesAreNotManaged() throws Exception {
    project(
        bomAlone()
            + "<dependencies>"
            + dependency("org.slf4j", "slf4j-api", "")
            + "</dependencies>");
    Outcome outcome = compile();
    assertEquals(1, outcome.status(), outcome::output);
    assertTrue(
        outcome.output().contains("version' for org.slf4j:slf4j-api:jar is missing"),
        outcome::output);
  }
}
