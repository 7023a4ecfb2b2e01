package org.lazaruspit.examples.pit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lazaruspit.pit.PitConfig;

/** The JAR as an operator runs it. */
@Timeout(120)
final class LazarusPitIT {

  @TempDir Path folder;

  private record Outcome(int status, String out, String err) {}

  private ProcessBuilder command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Duser.home=" + folder,
                "-jar",
                System.getProperty("lazarus-pit.jar")));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).directory(folder.toFile());
  }

  private Outcome run(String... arguments) throws IOException, InterruptedException {
    Path err = folder.resolve("err");
    Process process = command(arguments).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), out, Files.readString(err));
  }

  @Test
  void aCellIsCreatedFilledShownAndFoundValid() throws Exception {
    Files.createDirectory(folder.resolve("root"));
    Outcome created = run("cell", "create", "--name", "Sort the archive", "--root", "root");
    assertEquals(0, created.status(), created::toString);
    String cell = created.out().strip();
    assertEquals(
        0, run("cell", "add-agent", cell, "--id", "a", "--name", "Ann", "--role", "lead").status());
    assertEquals(
        0, run("cell", "add-task", cell, "--id", "t", "--title", "Sort", "--assign", "a").status());
    Outcome shown = run("cell", "show", cell);
    assertEquals(0, shown.status());
    assertTrue(shown.out().contains("Sort the archive"), shown::toString);
    assertTrue(shown.out().contains("agent  a"), shown::toString);
    assertTrue(shown.out().contains("task   t"), shown::toString);
    assertEquals(new Outcome(0, "1 of 1 cells valid\n", ""), run("cell", "validate", cell));
    assertEquals(new Outcome(0, "1 of 1 cells valid\n", ""), run("cell", "validate", "root"));
    Files.writeString(folder.resolve(cell).resolve("cell.json"), "{");
    Outcome invalid = run("cell", "validate", "root");
    assertEquals(1, invalid.status());
    assertTrue(invalid.out().contains("cell.json"), invalid::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cell create | 2 | Missing required option",
        "cell show nowhere | 1 | nowhere: is not a directory",
        "run --config wrong.json | 1 | poll_interval",
        "run --colour | 2 | --colour"
      })
  void everyMistakeGetsOneLineAndItsExitStatus(String arguments, int status, String message)
      throws Exception {
    Files.writeString(folder.resolve("wrong.json"), "{\"poll_interval\": \"often\"}");
    Outcome outcome = run(arguments.split(" ", -1));
    assertEquals(status, outcome.status(), outcome::toString);
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count(), outcome::err);
    assertTrue(outcome.err().contains(message), outcome::err);
  }

  @Test
  void theExampleConfigurationIsWrittenOnceAndCanBeUsed() throws Exception {
    Outcome written = run("--create-config");
    assertEquals(0, written.status(), written::toString);
    Path config = folder.resolve(".lazarus").resolve("config.json");
    String content = Files.readString(config);
    assertTrue(content.contains("missions_path"));
    Files.writeString(config, content + " ");
    Outcome again = run("--create-config");
    assertEquals(1, again.status());
    assertEquals(content + " ", Files.readString(config));
    assertEquals(30, PitConfig.load(config).pollInterval().toSeconds());
  }

  @Test
  void daemonEndsOnSigterm() throws Exception {
    Path root = Files.createDirectory(folder.resolve("root"));
    Files.writeString(folder.resolve("c.json"), "{\"missions_path\": \"%s\"}".formatted(root));
    Process daemon = command("run", "--config", "c.json").redirectErrorStream(true).start();
    try (BufferedReader lines = daemon.inputReader(UTF_8)) {
      String first = lines.readLine();
      assertTrue(first != null && first.contains("missions in " + root), first);
      daemon.toHandle().destroy();
      assertTrue(lines.lines().anyMatch(line -> line.contains("stopped; agents run on")));
      assertTrue(daemon.waitFor(60, TimeUnit.SECONDS));
      assertEquals(128 + 15, daemon.exitValue());
    } finally {
      daemon.destroyForcibly();
    }
  }

  @Test
  void dryRunDecidesInTheJournalAndStartsNoAgent() throws Exception {
    Path root = Files.createDirectory(folder.resolve("root"));
    String cell = run("cell", "create", "--name", "Dry", "--root", "root").out().strip();
    run("cell", "add-agent", cell, "--id", "a", "--name", "Ann", "--role", "lead");
    Path started = folder.resolve("started");
    Files.writeString(
        folder.resolve("c.json"),
        "{\"missions_path\": \"%s\", \"launchers\": {\"default\": {\"command\": [\"touch\", \"%s\"]}}}"
            .formatted(root, started));
    Process daemon =
        command("run", "--config", "c.json", "--dry-run").redirectErrorStream(true).start();
    try (BufferedReader lines = daemon.inputReader(UTF_8)) {
      assertTrue(lines.lines().anyMatch(line -> line.contains("dry run: attempt 1 may begin")));
    } finally {
      daemon.destroyForcibly().waitFor();
    }
    assertTrue(Files.notExists(started));
    Path journal = folder.resolve(cell).resolve("logs").resolve("revivals.jsonl");
    List<String> written = Files.readAllLines(journal);
    assertEquals(2, written.size(), written::toString);
    assertTrue(written.stream().allMatch(line -> line.contains("\"dry_run\":true")));
  }
}
