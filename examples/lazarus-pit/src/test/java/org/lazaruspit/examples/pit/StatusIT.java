package org.lazaruspit.examples.pit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.examples.pit.text.Json;

/** The status of a daemon, by the JAR. */
@Timeout(120)
final class StatusIT {

  @TempDir Path folder;

  private record Outcome(int status, String out, String err) {}

  @BeforeEach
  void configure() throws IOException {
    Path root = Files.createDirectory(folder.resolve("root"));
    Files.writeString(folder.resolve("c.json"), "{\"missions_path\": \"%s\"}".formatted(root));
  }

  private static List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                System.getProperty("lazarus-pit.jar")));
    command.addAll(List.of(arguments));
    return command;
  }

  private Outcome run(String... arguments) throws IOException, InterruptedException {
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command(arguments))
            .directory(folder.toFile())
            .redirectError(err.toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), out, Files.readString(err));
  }

  private Process start() throws IOException {
    return new ProcessBuilder(command("run", "--config", "c.json"))
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .start();
  }

  private static void assertRefused(String why, Outcome outcome) {
    assertEquals(1, outcome.status(), outcome::toString);
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count(), outcome::err);
    assertTrue(outcome.err().contains(why), outcome::err);
  }

  @Test
  void aDaemonIsKnownWhileItRunsAndKnownToBeGoneAfterSigkill() throws Exception {
    assertRefused("no daemon is running", run("status", "--config", "c.json"));
    Process daemon = start();
    try (BufferedReader lines = daemon.inputReader(UTF_8)) {
      assertTrue(lines.lines().anyMatch(line -> line.contains("control at http://127.0.0.1:")));
      Outcome status = run("status", "--config", "c.json", "--json");
      assertEquals(0, status.status(), status::toString);
      assertEquals("", status.err());
      assertEquals(daemon.pid(), Json.parse(status.out().getBytes(UTF_8)).required("pid").asLong());
      assertRefused(
          "in use by another daemon (pid " + daemon.pid(), run("run", "--config", "c.json"));
      Outcome brief = run("--status", "--config", "c.json");
      assertEquals(0, brief.status(), brief::toString);
      assertTrue(brief.out().contains("pid " + daemon.pid()), brief::out);
      assertFalse(brief.out().contains("\u001b"), brief::out);
    } finally {
      daemon.destroyForcibly().waitFor();
    }
    assertTrue(Files.exists(folder.resolve("pit.json")));
    assertRefused("did not shut down cleanly", run("status", "--config", "c.json"));
  }

  /** {@code script} gives the command a terminal of its own. */
  @Test
  @Tag("full")
  void coloursAreForTerminalsAlone() throws Exception {
    assertTrue(onATerminal("").contains("\u001b["));
    assertFalse(onATerminal("NO_COLOR=1 ").contains("\u001b["));
    assertFalse(onATerminal("TERM=dumb ").contains("\u001b["));
    assertFalse(run("--help").out().contains("\u001b["));
  }

  private String onATerminal(String environment) throws IOException, InterruptedException {
    String help = environment + String.join(" ", command("--help"));
    ProcessBuilder script = new ProcessBuilder("script", "-qec", help, "/dev/null");
    script.environment().put("TERM", "xterm");
    script.environment().remove("NO_COLOR");
    Process process = script.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), out);
    assertTrue(out.contains("Usage"), out);
    return out;
  }
}
