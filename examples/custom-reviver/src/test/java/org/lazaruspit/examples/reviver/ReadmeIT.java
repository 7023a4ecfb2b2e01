package org.lazaruspit.examples.reviver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of the README, except the build, with the JARs of this build and a fake {@code
 * systemctl}.
 */
@Tag("full")
@Timeout(120)
final class ReadmeIT {

  private static final Pattern SHELL = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

  @TempDir Path home;
  private final List<String> blocks = new ArrayList<>();

  @BeforeEach
  void read() throws IOException {
    SHELL
        .matcher(Files.readString(Path.of("README.md")))
        .results()
        .forEach(block -> blocks.add(block.group(1)));
    Path bin = Files.createDirectory(home.resolve("bin"));
    Files.copy(Path.of(Units.script()), bin.resolve("systemctl"));
    Files.setPosixFilePermissions(
        bin.resolve("systemctl"), PosixFilePermissions.fromString("rwx------"));
  }

  @AfterEach
  void end() throws Exception {
    for (String unit : units()) {
      run("systemctl --user stop '%s'".formatted(unit));
    }
  }

  private List<String> units() throws IOException {
    Path folder = home.resolve("units");
    if (Files.notExists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".service.pid"))
          .map(name -> name.substring(0, name.length() - ".pid".length()))
          .toList();
    }
  }

  private Process bash(String script) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("bash", "-euc", script);
    Map<String, String> environment = builder.environment();
    environment.put("HOME", home.toString());
    environment.put("PATH", home.resolve("bin") + ":" + environment.get("PATH"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put(
        "JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.home=" + home);
    return builder.directory(Path.of("..", "..").toFile()).redirectErrorStream(true).start();
  }

  private String run(String script) throws Exception {
    Process process = bash(script);
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), script);
    assertEquals(0, process.exitValue(), output);
    return output;
  }

  @Test
  void anAgentIsStartedKilledAndRevivedByThePlugin() throws Exception {
    assertEquals(5, blocks.size());
    assertTrue(blocks.get(0).startsWith("mvn "));
    run(blocks.get(1));
    run(blocks.get(2));
    Process pit = bash(blocks.get(3).replace("\npit run ", "\nexec java -jar " + jar() + " run "));
    try (BufferedReader lines = pit.inputReader(UTF_8)) {
      List<String> output = new ArrayList<>();
      awaitRevived(lines, output, 1);
      String[] kill = blocks.get(4).split("\n", 2);
      run(kill[0].replaceFirst("'lazarus-agent@.*'", "'" + units().get(0) + "'"));
      awaitRevived(lines, output, 2);
      assertEquals("writer, incarnation 1\nwriter, incarnation 2\n", run(kill[1]));
      assertTrue(
          output.stream()
              .allMatch(line -> !line.contains(" WARN ") || line.contains(": dead (exit): ")),
          output::toString);
    } finally {
      pit.destroyForcibly().waitFor();
    }
  }

  private static String jar() {
    return "examples/lazarus-pit/target/lazarus-pit.jar";
  }

  private static void awaitRevived(BufferedReader lines, List<String> output, int incarnation)
      throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      output.add(line);
      if (line.contains("healthy") && line.endsWith("as incarnation " + incarnation)) {
        return;
      }
    }
    throw new AssertionError("the pit has ended: " + output);
  }
}
