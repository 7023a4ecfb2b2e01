package org.lazaruspit.examples.pit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import picocli.CommandLine;

/** Cells from the issue template. */
final class CreateCellTest {
  private static final Path TOP = Path.of("..", "..");
  private static final Path TEMPLATES = TOP.resolve(".gitea").resolve("ISSUE_TEMPLATE");
  private static final Path TEMPLATE = TEMPLATES.resolve("mission-proposal.md");
  private static final Path EXAMPLE =
      TOP.resolve("docs").resolve("examples").resolve("mission-proposal.md");

  @TempDir Path folder;

  private record Outcome(int status, String out, String err) {}

  private Outcome create(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> all =
        Stream.concat(
                Stream.of("cell", "create", "--root", folder.resolve("root")), Stream.of(arguments))
            .map(Object::toString)
            .toList();
    return new Outcome(command.execute(all.toArray(String[]::new)), out.toString(), err.toString());
  }

  private Path root() throws IOException {
    return Files.createDirectories(folder.resolve("root"));
  }

  private boolean nothingThere() throws IOException {
    try (Stream<Path> entries = Files.list(root())) {
      return entries.findAny().isEmpty();
    }
  }

  @Test
  void theExampleBecomesACellThatValidates() throws IOException {
    root();
    Outcome created = create("--from-proposal", EXAMPLE);
    assertEquals(0, created.status(), created::toString);
    assertEquals("", created.err());
    Path directory = Path.of(created.out().strip());
    CellLoad load = MissionStore.open(folder.resolve("root")).load(directory);
    assertEquals(List.of(), load.problems());
    MissionCell cell = load.cell().orElseThrow();
    assertEquals("Port the parser", cell.config().missionName());
    assertEquals("ada", cell.config().createdBy());
    assertEquals(IsolationLevel.LEVEL_2, cell.config().isolationLevel());
    assertEquals(Duration.ofHours(76), cell.config().timeout());
    assertEquals(4, cell.agents().size());
    assertEquals(List.of("grammar", "comparison"), cell.tasks().get("speed").dependencies());
    assertEquals(Duration.ofMinutes(90), cell.tasks().get("speed").timeout());
    assertEquals(2000, cell.isolation().resourceLimits().cpuMillicores());
    assertArrayEquals(
        Files.readAllBytes(EXAMPLE),
        Files.readAllBytes(directory.resolve("artifacts/docs/proposal.md")));
  }

  @Test
  void cellWithTheAgentsOfAnotherIsCreatedWithWarningsThatNameBoth() throws IOException {
    root();
    String first =
        Path.of(create("--from-proposal", EXAMPLE).out().strip()).getFileName().toString();
    Outcome second =
        create("--from-proposal", EXAMPLE, "--id", "00000000-0000-4000-8000-000000000001");
    assertEquals(0, second.status(), second::toString);
    assertTrue(
        second
            .err()
            .matches(
                "(?s)warning: found agent 00000000-0000-4000-8000-000000000001/(\\S+) with the id of agent "
                    + first
                    + "/\\1 at gateway .*"),
        second.err());
  }

  @Test
  void idOfACellInAnotherDirectoryIsRefused() throws IOException {
    root();
    String id = "00000000-0000-4000-8000-000000000001";
    Path directory = Path.of(create("--name", "First", "--id", id).out().strip());
    Files.move(directory, directory.resolveSibling("first"));
    for (Outcome second :
        List.of(
            create("--name", "Second", "--id", id),
            create("--from-proposal", EXAMPLE, "--id", id))) {
      assertEquals(1, second.status(), second::toString);
      assertTrue(second.err().contains("first"), second.err());
    }
    assertTrue(Files.notExists(directory));
  }

  @Test
  void dryRunDescribesTheCell() throws IOException {
    Outcome dry = create("--from-proposal", EXAMPLE, "--dry-run", "--name", "Another name");
    assertEquals(0, dry.status(), dry::toString);
    assertTrue(dry.out().contains("mission    Another name, proposed by ada"), dry.out());
    assertTrue(dry.out().contains("agent      lead_1, Lead, lead, gateway gateway_1"), dry.out());
    assertTrue(dry.out().contains("after grammar, comparison, 5400 s"), dry.out());
    assertTrue(dry.out().contains("Objective (line 8)"), dry.out());
    assertTrue(dry.out().endsWith("nothing was created\n"), dry.out());
    assertTrue(nothingThere());
  }

  @Test
  void theUnfilledTemplateMakesNothingAndNamesEachPlaceholder() throws IOException {
    Outcome refused = create("--from-proposal", TEMPLATE);
    assertEquals(1, refused.status());
    assertEquals("", refused.out());
    assertTrue(nothingThere());
    List<String> template = Files.readAllLines(TEMPLATE);
    for (int i = template.indexOf("## Mission"); i < template.size(); i++) {
      String end = "mission-proposal.md, line " + (i + 1) + ")";
      assertEquals(
          template.get(i).contains("{"),
          refused.err().lines().anyMatch(line -> line.startsWith("error") && line.endsWith(end)),
          template.get(i));
    }
    assertTrue(refused.err().endsWith("errors\n"), refused.err());
  }

  @Test
  void theExampleHasTheHeadingsAndColumnsOfTheTemplate() throws IOException {
    assertEquals(skeleton(TEMPLATE), skeleton(EXAMPLE));
    assertEquals(13, skeleton(TEMPLATE).stream().filter(line -> line.startsWith("## ")).count());
  }

  private static List<String> skeleton(Path file) throws IOException {
    Pattern kept = Pattern.compile("#+ .*|\\| (Id|Phase|Risk) .*|- [A-Z][A-Za-z ]+: ");
    return Files.readAllLines(file).stream()
        .flatMap(
            line -> {
              var matcher = kept.matcher(line);
              return matcher.lookingAt() ? Stream.of(matcher.group()) : Stream.empty();
            })
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mission-proposal.md", "bug-report.md"})
  void everyTemplateHasItsFrontMatter(String name) throws IOException {
    List<String> lines = Files.readAllLines(TEMPLATES.resolve(name));
    assertEquals("---", lines.get(0));
    List<String> front = lines.subList(1, lines.subList(1, lines.size()).indexOf("---") + 1);
    for (String key : List.of("name: ", "about: ", "title: \"[", "labels:")) {
      assertEquals(1, front.stream().filter(line -> line.startsWith(key)).count(), key);
    }
    List<String> labels =
        front.stream()
            .filter(line -> line.startsWith("  - "))
            .map(line -> line.substring(4))
            .toList();
    if (name.startsWith("mission")) {
      assertTrue(front.contains("title: \"[MISSION] \""));
      assertEquals(List.of("mission", "proposal"), labels);
    } else {
      assertEquals(List.of("bug"), labels);
    }
  }

  @Test
  void everyTemplateIsTried() throws IOException {
    try (Stream<Path> files = Files.list(TEMPLATES)) {
      assertEquals(
          List.of("bug-report.md", "config.yaml", "mission-proposal.md"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void aFileThatIsNoProposalIsRefusedInOneLine() throws IOException {
    root();
    Path huge = Files.write(folder.resolve("huge.md"), new byte[256 * 1024 + 1]);
    Path latin =
        Files.write(folder.resolve("latin.md"), "## Mission\n- Name: Mühe".getBytes(ISO_8859_1));
    Path cut = Files.write(folder.resolve("cut.md"), new byte[] {'a', (byte) 0xc3});
    for (Path file : List.of(huge, latin, cut, folder.resolve("nowhere.md"), folder)) {
      Outcome refused = create("--from-proposal", file);
      assertEquals(1, refused.status(), file::toString);
      assertEquals(1, refused.err().lines().count(), refused::err);
      assertTrue(refused.err().contains(file.toString()), refused::err);
    }
    assertTrue(create("--from-proposal", latin).err().contains("line 2: is not UTF-8"));
    assertTrue(nothingThere());
  }

  @Test
  void anErrorCreatesNothingAndAWarningDoesNotHinder() throws IOException {
    root();
    String text = Files.readString(EXAMPLE, UTF_8);
    Path wrong =
        Files.writeString(
            folder.resolve("wrong.md"), text.replace("| lead_1 | high", "| boss | high"));
    Outcome refused = create("--from-proposal", wrong);
    assertEquals(1, refused.status());
    assertTrue(refused.err().contains("assignee \"boss\""), refused::err);
    assertTrue(refused.err().contains("nothing was created, 1 errors"), refused::err);
    assertTrue(nothingThere());
    Path open =
        Files.writeString(folder.resolve("open.md"), text.replace("- [x] ada", "- [ ] ada"));
    Outcome created = create("--from-proposal", open);
    assertEquals(0, created.status());
    assertTrue(created.err().contains("warning: found an open approval"), created::err);
  }

  @Test
  void aTeamOfMoreThanTenHasRoomInItsCell() throws IOException {
    root();
    StringBuilder more = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      more.append("| more_%d | More | read | - | - |\n".formatted(i));
    }
    String text = Files.readString(EXAMPLE, UTF_8).replace("\n## Tasks", more + "\n## Tasks");
    Outcome created = create("--from-proposal", Files.writeString(folder.resolve("team.md"), text));
    assertEquals(0, created.status(), created::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--name x --dry-run"})
  void wrongUseIsReportedInOneLine(String arguments) {
    Outcome refused = create((Object[]) arguments.split(" "));
    assertEquals(2, refused.status(), refused::toString);
    assertEquals(1, refused.err().lines().count(), refused::err);
  }
}
