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
import org.lazaruspit.examples.documentation.ScriptSandbox.Outcome;

/** Runs the Spring Boot configuration of {@code docs/embedding.md} in an application. */
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

  /** Spring logs the closing of beans only at this level. */
  private static final String OPTIONS =
      " --logging.level.org.springframework.beans.factory.support.DisposableBeanAdapter=TRACE ";

  private static final String CONFIGURATION =
      """
      cat >config.json <<'END'
      {"missions_path": "/var/missions", "poll_interval": 1,
       "launchers": {"default": {"command": ["sleep", "600"]}}}
      END\
      """;

  private static final List<String> CLOSED_BEANS =
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
    Outcome outcome = new ScriptSandbox(folder).run(String.join("\n", script) + "\n");
    assertEquals(0, outcome.status(), outcome::output);
    return outcome.output();
  }

  @Test
  void registryServerAndPitStartWithTheContextAndCloseInOrder() throws Exception {
    String output =
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
    assertTrue(output.contains("\"status\":\"ok\",\"agent_id\":\"writer\""), output);
    assertTrue(output.contains(":{\"agent_id\":\"ann\""), output); // started by the pit
    List<String> closed =
        output
            .lines()
            .filter(line -> line.contains(" Invoking close() on bean with name "))
            .map(line -> line.replaceFirst(".* '(\\w+)'", "$1"))
            .filter(CLOSED_BEANS::contains)
            .toList();
    assertEquals(CLOSED_BEANS, closed, output);
  }

  @Test
  void withoutItsSettingNoBeanIsCreated() throws Exception {
    String output = run(programs.java("Application") + OPTIONS);
    assertTrue(output.contains("the application is up"), output);
    assertFalse(output.contains("'healthRegistry'"), output);
  }
}
