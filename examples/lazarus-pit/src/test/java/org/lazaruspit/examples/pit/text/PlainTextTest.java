package org.lazaruspit.examples.pit.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.examples.pit.Main;
import org.lazaruspit.examples.pit.Serving;
import org.lazaruspit.examples.pit.SmallFleet;
import org.lazaruspit.examples.pit.SmallFleet.Outcome;
import org.lazaruspit.examples.pit.cli.Console;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Names chosen by others do not steer a terminal. */
@Timeout(60)
final class PlainTextTest {

  /** Clears the screen, sets the title (8-bit, too), goes back, and turns the writing round. */
  private static final String EVIL =
      "ok\u001b[2J\u001b]0;x\u0007\u009b31m\b\b\r\nadded\u007f\u202egpj.exe\u2066\u200f\u2028";

  private static final List<String> LINES = List.of("status", "report", "revivals", "why writer");

  @TempDir Path folder;

  private static boolean steers(int c) {
    return (c < ' ' && c != '\n')
        || (c >= 0x7f && c < 0xa0)
        || (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0x200e
        || c == 0x200f
        || c == 0x061c
        || c == 0xfeff
        || c == 0xad
        || c == 0x2028
        || c == 0x2029;
  }

  private static void assertPlain(String text) {
    assertTrue(text.chars().noneMatch(PlainTextTest::steers), text);
  }

  @Test
  void durationsOfAnyLengthAreSeconds() {
    assertEquals(9.223372036854776e18, Json.seconds(Duration.ofSeconds(Long.MAX_VALUE)));
    assertEquals(-0.5, Json.seconds(Duration.ofMillis(-500)));
  }

  @Test
  void steeringCharactersAreEscaped() {
    assertEquals("a\\u001b[2Jb", PlainText.of("a\u001b[2Jb"));
    assertEquals("\\u000a\\u202e\\u009b", PlainText.of("\n\u202e\u009b"));
    assertPlain(PlainText.of(EVIL));
    String plain = "Zażółć 任務 👩‍🚀 می‌خواهم";
    assertSame(plain, PlainText.of(plain));
    for (int c = 0; c < 0x10000; c++) {
      assertPlain(PlainText.of(String.valueOf((char) c)));
    }
  }

  @Test
  void jsonStaysTheSameDocument() {
    String pretty = Json.pretty(Json.object().put("name", EVIL));
    assertPlain(pretty);
    assertEquals(
        EVIL,
        Json.parse(pretty.getBytes(java.nio.charset.StandardCharsets.UTF_8))
            .required("name")
            .asString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json", ""})
  void noCommandPrintsItRaw(String json) throws Exception {
    SmallFleet fleet = new SmallFleet(folder, ", \"auto_revive\": false, \"poll_interval\": 3600");
    Path cell = fleet.cell(UUID.fromString("4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10"));
    SmallFleet.agent(cell, "writer");
    rename(cell.resolve("cell.json"), "mission_name", "M");
    rename(cell.resolve("agents").resolve("writer.json"), "name", "writer");
    try (Serving serving = Serving.start(fleet.config())) {
      serving.awaitReport(report -> report.agents().size() == 1);
      fleet.ask("stop", "writer", "--reason", EVIL);
      for (String line : LINES) {
        Outcome outcome = fleet.ask((line + " " + json).strip().split(" ", -1));
        assertEquals(0, outcome.status(), outcome::toString);
        assertPlain(outcome.out());
      }
      assertTrue(fleet.ask("why", "writer").out().contains("ok\\u001b[2J"));
      Outcome refused = fleet.ask("why", "a" + EVIL);
      assertEquals(1, refused.err().lines().count(), refused::err);
      assertPlain(refused.err());
    }
    Outcome shown = SmallFleet.run(("cell show " + cell + " " + json).strip().split(" ", -1));
    assertEquals(0, shown.status(), shown::toString);
    assertPlain(shown.out());
    assertTrue(shown.out().contains("\\u202e"), shown::out);
    assertPlain(SmallFleet.run("cell", "show", "/no" + EVIL).err());
  }

  @Test
  void noProposalIsPrintedRaw() throws Exception {
    String evil = EVIL.replaceAll("[\r\n\u2028]", "");
    Path example = Path.of("..", "..", "docs", "examples", "mission-proposal.md");
    Path proposal = folder.resolve("proposal.md");
    Files.writeString(proposal, Files.readString(example).replaceAll("writer|lead|high", evil));
    Outcome outcome =
        SmallFleet.run("cell", "create", "--from-proposal", proposal.toString(), "--dry-run");
    assertTrue((outcome.out() + outcome.err()).contains("\\u001b"), outcome::toString);
    assertPlain(outcome.out());
    assertPlain(outcome.err());
  }

  private static void rename(Path file, String field, String old) throws Exception {
    String document = Files.readString(file);
    String evil = Json.text(Json.array().add(EVIL));
    String changed =
        document.replaceFirst(
            "\"" + field + "\"\\s*:\\s*\"" + old + "\"",
            java.util.regex.Matcher.quoteReplacement(
                "\"" + field + "\": " + evil.substring(1, evil.length() - 1)));
    assertTrue(!changed.equals(document), document);
    Files.writeString(file, changed);
  }

  @Test
  void coloursAreThereOnlyWhereTheyAreWantedAndNeverTheOnlySign() {
    String plain = table(Ansi.OFF);
    assertPlain(plain);
    assertTrue(plain.contains("unhealthy"), plain);
    String coloured = table(Ansi.ON);
    assertTrue(coloured.contains("\u001b[31munhealthy"), coloured);
    assertEquals(plain, coloured.replaceAll("\u001b\\[[0-9;]*m", ""));
    assertTrue(coloured.contains("\\u001b[2J"), coloured);
  }

  private static String table(Ansi ansi) {
    StringWriter out = new StringWriter();
    CommandLine command =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setColorScheme(CommandLine.Help.defaultColorScheme(ansi));
    Console.of(command.getCommandSpec())
        .table(List.of("A", "B"), List.of(List.of("unhealthy", EVIL), List.of("x", "y")));
    return out.toString();
  }
}
