package org.lazaruspit.examples.pit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lazaruspit.examples.pit.SmallFleet.Outcome;

/** Mistakes of an operator are reported in one line, with their exit status. */
@Timeout(60)
final class MistakesTest {

  @TempDir static Path folder;

  @BeforeAll
  static void somethingIsThere() throws IOException {
    Files.createDirectories(folder.resolve("root"));
    Path cell = folder.resolve("cell");
    Files.move(
        new SmallFleet(folder.resolve("fleet"))
            .cell(java.util.UUID.fromString("4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10")),
        cell);
    SmallFleet.agent(cell, "writer");
    Files.writeString(folder.resolve("file"), "{}");
    Files.writeString(folder.resolve("text"), "no JSON");
  }

  /**
   * Runs words separated by spaces; {@code @} is the folder of the test, {@code ""} an empty word.
   */
  private static Outcome run(String arguments) {
    List<String> words = new ArrayList<>();
    for (String word : arguments.split(" +", -1)) {
      words.add(word.equals("\"\"") ? "" : word.replace("@", folder.toString()));
    }
    return SmallFleet.run(words.toArray(String[]::new));
  }

  private static void assertRefused(int status, String message, Outcome outcome) {
    assertEquals(status, outcome.status(), outcome::toString);
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count(), outcome::err);
    assertTrue(outcome.err().startsWith("lazarus-pit"), outcome::err);
    assertTrue(outcome.err().contains(message), outcome::err);
    assertTrue(outcome.err().length() < 600, outcome::err);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | empty",
        "{ | line 1",
        "[] | is not an object",
        "null | is not an object",
        "{\"timeout\": 3,} | line 1",
        "{\"timeout\": 3, \"timeout\": 4} | timeout",
        "{} {} | line 1",
        "{\"poll_interval\": \"often\"} | poll_interval",
        "{\"poll_interval\": 0} | poll_interval",
        "{\"poll_interval\": 100000} | poll_interval",
        "{\"polling\": 3} | polling",
        "{\"timeout\": -5} | timeout",
        "{\"timeout\": null} | timeout",
        "{\"max_retries\": 1.5} | max_retries",
        "{\"auto_revive\": \"yes\"} | auto_revive",
        "{\"gateways\": {}} | gateways",
        "{\"gateways\": [7]} | gateways",
        "{\"gateways\": [\"ftp://x\"]} | ftp",
        "{\"gateways\": [{\"name\": \"g\", \"uri\": \"http://x\"}]} | uri",
        "{\"gateways\": [\"a\", \"a\"]} | gateways",
        "{\"missions_path\": 7} | missions_path",
        "{\"missions_path\": \"@/nowhere\"} | missions_path",
        "{\"missions_path\": \"@/file\"} | missions_path",
        "{\"missions_path\": \"@/root\", \"state_directory\": \"@/file\"} | state_directory",
        "{\"log_level\": \"LOUD\"} | log_level",
        "{\"reviver\": \"\"} | reviver",
        "{\"missions_path\": \"@/root\", \"reviver\": \"nobody\"} | nobody",
        "{\"launchers\": []} | launchers",
        "{\"launchers\": {\"default\": {}}} | command",
        "{\"launchers\": {\"default\": {\"command\": []}}} | command",
        "{\"launchers\": {\"default\": {\"command\": \"python3 agent.py\"}}} | command",
        "{\"launchers\": {\"default\": {\"command\": [\"x\", \"{agent}\"]}}} | {agent}",
        "{\"launchers\": {\"default\": {\"command\": [\"x\"], \"cwd\": \"/\"}}} | cwd",
        "{\"allow_cell_commands\": 1} | allow_cell_commands",
        "{\"agent_key\": \"both\"} | agent_key",
        "{\"control\": 8080} | control",
        "{\"control\": {\"host\": \"0.0.0.0\"}} | host",
        "{\"control\": {\"port\": 70000}} | port",
        "{\"limits\": {\"concurrent_revivals\": 0}} | concurrent_revivals",
        "{\"limits\": {\"per_agent\": 3}} | per_agent"
      })
  void aConfigurationThatCannotBeUsedStopsTheStart(String config, String message)
      throws IOException {
    Path file = folder.resolve("config.json");
    Files.writeString(file, config.replace("@", folder.toString()));
    assertRefused(1, message, run("run --config @/config.json"));
  }

  @Test
  void fileThatIsNotAConfigurationStopsTheStart() throws IOException {
    assertRefused(1, "root", run("run --config @/root"));
    Files.write(folder.resolve("latin"), "{\"log_level\": \"ä\"}".getBytes(ISO_8859_1));
    assertRefused(1, "UTF-8", run("run --config @/latin"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
    assertRefused(1, "link", run("run --config @/link"));
    byte[] blanks = new byte[(1 << 20) + 1];
    Arrays.fill(blanks, (byte) ' ');
    Files.write(folder.resolve("huge"), blanks);
    assertRefused(1, "at most", run("run --config @/huge"));
  }

  @Test
  void aPortThatIsTakenStopsTheStart() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Files.writeString(
          folder.resolve("config.json"),
          "{\"missions_path\": \"%s\", \"control\": {\"port\": %d}}"
              .formatted(folder.resolve("root"), other.getLocalPort()));
      assertRefused(1, "cannot listen on", run("run --config @/config.json"));
    }
    assertTrue(Files.notExists(folder.resolve("pit.json")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "frobnicate | 2 | frobnicate",
        "statsu | 2 | did you mean",
        "--colour | 2 | --colour",
        "run --colour | 2 | --colour",
        "run --config | 2 | --config",
        "run now | 2 | now",
        "--status --create-config | 2 | only one of these options at a time",
        "--status --dry-run | 2 | only one of these options at a time",
        "--dry-run status | 2 | not together with the command status",
        "--status report | 2 | not together with the command report",
        "--config @/a status --config @/b | 2 | --config",
        "--config @/a cell show @/cell | 2 | not together with the command show",
        "--create-config --config @/file | 1 | already exists",
        "--create-config --config @/file/config.json | 1 | file",
        "status --verbose | 2 | --verbose",
        "status --config @/file | 1 | no daemon is running",
        "report --config @/file | 1 | no daemon is running",
        "revivals --config @/file --json | 1 | no daemon is running",
        "reload --config @/file | 1 | no daemon is running",
        "page --config @/file | 1 | no daemon is running",
        "status --config @/text | 1 | text",
        "approve | 2 | REVIVAL",
        "approve rv-1 rv-2 --config @/file | 2 | rv-2",
        "approve rv-1 --config @/file | 1 | no daemon is running",
        "deny rv-1 | 2 | --reason",
        "why --config @/file | 2 | AGENT is missing",
        "stop --config @/file | 2 | AGENT is missing",
        "stop a b | 2 | b",
        "stop a --until 2099-01-01T00:00:00Z | 2 | --until",
        "stop a --cell 17 | 2 | '17' is not a UUID",
        "stop a --cell 1-2-3-4-5 | 2 | is not a UUID",
        "pause a --until tomorrow | 2 | 'tomorrow' is not an instant",
        "pause a --until 2026-02-30T00:00:00Z | 2 | is not an instant",
        "pause a --until 2001-01-01T00:00:00Z --config @/file | 2 | is past",
        "lift | 2 | AGENT is missing",
        "cell | 2 | a command is missing",
        "cell frobnicate | 2 | frobnicate",
        "cell create | 2 | --name",
        "cell create --name x --root @/nowhere | 1 | nowhere: is not a directory",
        "cell create --name x --root @/file | 1 | file: is not a directory",
        "cell create --name x --id 17 | 2 | '17' is not a UUID",
        "cell show | 2 | CELL",
        "cell show @/nowhere | 1 | nowhere: is not a directory",
        "cell show @/root | 1 | cell.json",
        "cell validate @/file | 1 | file: is not a directory",
        "cell add-agent @/nowhere --id a --name A --role lead | 1 | is not a directory",
        "cell add-agent @/cell --id a --name A --role boss | 2 | boss",
        "cell add-agent @/cell --id ../a --name A --role lead | 1 | ../a",
        "cell add-agent @/cell --id writer --name A --role lead | 1 | already exists",
        "cell add-agent @/cell --id a --role lead | 2 | --name",
        "cell add-agent @/root --id a --name A --role lead | 1 | cell.json",
        "cell add-task @/cell --id t --title T --assign nobody | 1 | nobody",
        "cell add-task @/cell --id t --title T --depends other | 1 | other",
        "cell add-task @/cell --id t --title T --depends t | 1 | t",
        "cell add-task @/cell --id t --title T --priority urgent | 2 | urgent",
        "cell backup @/cell | 2 | FILE.zip",
        "cell backup @/cell @/file | 1 | already exists",
        "cell backup @/cell @/cell/x.zip | 1 | inside the cell",
        "cell backup @/cell @/nowhere/x.zip | 1 | nowhere",
        "cell backup @/root @/x.zip | 1 | is not a cell",
        "cell restore @/file | 2 | --root",
        "cell restore @/file --root @/root | 1 | file",
        "cell restore @/nowhere.zip --root @/root | 1 | nowhere.zip",
        "cell restore @/file --root @/nowhere | 1 | nowhere: is not a directory",
        "checkpoint | 2 | a command is missing",
        "checkpoint save @/cell writer | 2 | --state",
        "checkpoint save @/cell writer --state @/nowhere --context @/file | 1 | there is no such file",
        "checkpoint save @/cell writer --state @/root --context @/file | 1 | root: is not a file",
        "checkpoint save @/cell writer --state @/file --context @/text | 1 | context.json",
        "checkpoint save @/cell nobody --state @/file --context @/file | 1 | nobody",
        "checkpoint save @/cell ../x --state @/file --context @/file | 1 | ../x",
        "checkpoint save @/cell writer --state @/file --context @/file --artifact @/no | 1 | no such",
        "checkpoint save @/cell writer --state @/file --context @/file --incarnation x | 2 | 'x'",
        "checkpoint save @/cell writer --state @/file --context @/file --incarnation 1000000001 | 2 | --incarnation: 1000000001 is not a whole number from 0 to 1000000000",
        "completion now | 2 | now",
        "help frobnicate | 2 | frobnicate"
      })
  void everyMistakeGetsOneLineAndItsExitStatus(String arguments, int status, String message) {
    assertRefused(status, message, run(arguments));
  }
}
