package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.examples.documentation.Sandbox.Outcome;

/** The configuration for Spring Boot of {@code docs/embedding.md}, in an application. */
@Tag("full")
@Timeout(120)
final class SpringIT {
  private static final String APPLICATION =
      """
      @org.springframework.boot.autoconfigure.EnableAutoConfiguration
      public class Application {
        public static void main(String[] arguments) {
          org.springframework.boot.SpringApplication.run(Application.class, arguments);
          System.out.println("the application is up");
        }
      }
      """;

  /** Which bean is closed when is what Spring tells only here. */
  private static final String OPTIONS =
      " --logging.level.org.springframework.beans.factory.support.DisposableBeanAdapter=TRACE ";

  private static final String CONFIGURATION =
      """
      cat >config.json <<'END'
      {"missions_path": "/var/missions", "poll_interval": 1,
       "launchers": {"default": {"command": ["sleep", "600"]}}}
      END\
      """;

  private static final List<String> OURS =
      List.of("lazarusPit", "heartbeatServer", "healthRegistry");

  @TempDir Path folder;
  private Programs programs;

  @BeforeEach
  void anApplicationWithTheConfigurationOfThePage() throws Exception {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    programs = new Programs(Page.read(Page.TOP.resolve("docs/embedding.md")), classes);
    programs.compile("Application", Programs.source(APPLICATION));
    programs.compile(
        "LazarusPitConfiguration", Programs.source(programs.snippet("@AutoConfiguration").text()));
    Path imports =
        classes.resolve(
            "META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports");
    Files.createDirectories(imports.getParent());
    Files.writeString(imports, "app.LazarusPitConfiguration\n");
  }

  private String run(String... script) throws Exception {
    Outcome outcome = new Sandbox(folder).run(String.join("\n", script) + "\n");
    assertEquals(0, outcome.status(), outcome::said);
    return outcome.said();
  }

  @Test
  void registryServerAndPitLiveAsLongAsTheContextAndEndInOrder() throws Exception {
    String said =
        run(
            "mkdir /var/missions",
            "cell=$(lazarus-pit cell create --name Try --root /var/missions)",
            "lazarus-pit cell add-agent $cell --id ann --name Ann --role write --gateway here",
            CONFIGURATION,
            "beside 'the application is up' "
                + programs.java("Application")
                + OPTIONS
                + "--spring.main.keep-alive=true --lazarus.config=config.json",
            "curl -s -X POST http://127.0.0.1:8080/heartbeat/writer",
            "until curl -s http://127.0.0.1:8080/health | grep '\"total_agents\":2'; do :; done",
            "end_beside");
    assertTrue(said.contains("\"status\":\"ok\",\"agent_id\":\"writer\""), said);
    assertTrue(said.contains(":{\"agent_id\":\"ann\""), said); // whom the pit has started
    List<String> closed =
        said.lines()
            .filter(line -> line.contains(" Invoking close() on bean with name "))
            .map(line -> line.replaceFirst(".* '(\\w+)'", "$1"))
            .filter(OURS::contains)
            .toList();
    assertEquals(OURS, closed, said);
  }

  @Test
  void withoutItsSettingThereIsNothingOfIt() throws Exception {
    String said = run(programs.java("Application") + OPTIONS);
    assertTrue(said.contains("the application is up"), said);
    assertFalse(said.contains("'healthRegistry'"), said);
  }
}
