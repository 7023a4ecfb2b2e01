package org.lazaruspit.examples.pit.proposal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.Priority;
import org.lazaruspit.cell.Role;
import org.lazaruspit.cell.TaskSpec;
import org.lazaruspit.examples.pit.proposal.ProposalReader.Reading;

/** Reading of proposals, and their problems. */
final class ProposalReaderTest {
  private static final Instant NOW = Instant.parse("2026-01-31T09:30:00Z");

  /** Valid proposal; the tests use its line numbers. */
  private static final String GOOD =
      """
      ## Mission
      - Name: Port the parser
      - Proposer: ada
      - Date: 2026-01-30

      ## Objective
      It is ported.
      ## Scope
      - the parser
      ## Agents
      | Id | Name | Role | Capabilities | Gateway |
      |----|------|------|--------------|---------|
      | lead_1 | Lead | lead | planning, review | gateway_1 |
      | w.1 | Writer | write | - | - |
      ## Tasks
      | Id | Title | Assignee | Priority | Depends on | Time limit |
      |----|-------|----------|----------|------------|------------|
      | t1 | Plan | lead_1 | high | - | 45 min |
      | t2 | Write | w.1 | | t1 | |
      ## Isolation
      - Level: level_2
      ## Resources
      - CPU: 2 cores
      - Memory: 4 GB
      - Disk: -
      - Network: cut
      ## Timeline
      | Phase | Duration | Done when |
      |-------|----------|-----------|
      | one | 1 day | x |
      | two | 1 h 30 min | y |
      ## Success criteria
      - [ ] it runs
      ## Risks
      | Risk | Impact | Mitigation |
      |------|--------|------------|
      | none known | low | - |
      ## Dependencies
      - none
      ## Approvals
      - [x] grace
      """;

  private static Reading read(String text) {
    return ProposalReader.read(text, NOW);
  }

  private static List<String> messages(String text) {
    return read(text).problems().stream().map(problem -> problem.message("p.md")).toList();
  }

  @Test
  void everythingThatACellHasAFieldForIsInTheProposal() {
    Reading reading = read(GOOD);
    assertEquals(List.of(), reading.problems());
    Proposal proposal = reading.proposal().orElseThrow();
    assertEquals("Port the parser", proposal.missionName());
    assertEquals("ada", proposal.proposer());
    assertEquals(Role.LEAD, proposal.agents().get(0).role());
    assertEquals(List.of("planning", "review"), proposal.agents().get(0).capabilities());
    assertEquals("gateway_1", proposal.agents().get(0).gateway());
    assertEquals("w.1", proposal.agents().get(1).agentId());
    assertEquals(null, proposal.agents().get(1).gateway());
    assertEquals(List.of(), proposal.agents().get(1).capabilities());
    TaskSpec second = proposal.tasks().get(1);
    assertEquals(Priority.HIGH, proposal.tasks().get(0).priority());
    assertEquals(Duration.ofMinutes(45), proposal.tasks().get(0).timeout());
    assertEquals("w.1", second.assignedTo());
    assertEquals(Priority.MEDIUM, second.priority());
    assertEquals(List.of("t1"), second.dependencies());
    assertEquals(TaskSpec.DEFAULT_TIMEOUT, second.timeout());
    assertEquals(NOW, second.createdAt());
    assertEquals(IsolationLevel.LEVEL_2, proposal.level());
    assertEquals(2000, proposal.limits().cpuMillicores());
    assertEquals(4_000_000_000L, proposal.limits().memoryBytes());
    assertEquals(null, proposal.limits().diskBytes());
    assertTrue(proposal.networkCut());
    assertEquals(Duration.ofMinutes(24 * 60 + 90), proposal.timeout());
    assertEquals("Objective (line 6)", proposal.forPeople().get(0));
  }

  /** A change of the valid text, and its problem. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '~',
      value = {
        "- Name: Port the parser ! - Name: {a name} ! error ! line 2 ! {a name}",
        "- Name: Port the parser ! - Name: ! error ! line 2 ! no name",
        "- Proposer: ada ! - Proposer: Ada Lovelace ! error ! line 3 ! not an identifier",
        "- Proposer: ada ! - Name: again ! error ! line 3 ! a second \"Name\"",
        "- Date: 2026-01-30 ! - Date: soon ! warning ! line 4 ! \"soon\"",
        "- Date: 2026-01-30 ! - Colour: red ! warning ! line 4 ! \"- Colour: red\"",
        "It is ported. ! {what will be} ! error ! line 7 ! {what will be}",
        "## Agents ! ## Agent ! warning ! line 10 ! \"Agent\"",
        "## Scope ! ## Objective ! error ! line 8 ! a second section",
        "| lead_1 | Lead ! | ../lead_1 | Lead ! error ! line 13 ! ../lead_1",
        "| lead_1 | Lead ! | lead/1 | Lead ! error ! line 13 ! lead/1",
        "| lead_1 | Lead ! | {lead_1} | Lead ! error ! line 13 ! {lead_1}",
        "| lead_1 | Lead ! |  | Lead ! error ! line 13 ! no id",
        "| w.1 | Writer ! | lead_1 | Writer ! error ! line 14 ! again",
        "| Lead | lead | ! | Lead | boss | ! error ! line 13 ! role \"boss\"",
        "| Lead | lead | ! | Lead |  | ! error ! line 13 ! role \"\"",
        "| - | - | ! | - | ! error ! line 14 ! 4 cells",
        "| - | - | ! | - | - | - | ! error ! line 14 ! 6 cells",
        "| Plan | lead_1 ! |  | lead_1 ! error ! line 18 ! no title",
        "| Plan | lead_1 ! | Plan | lead_2 ! error ! line 18 ! assignee \"lead_2\"",
        "| high | - | ! | urgent | - | ! error ! line 18 ! priority \"urgent\"",
        "| high | - | ! | high | t9 | ! error ! line 18 ! depends on \"t9\"",
        "| high | - | ! | high | t2 | ! error ! line 18 ! t1 -> t2 -> t1",
        "| high | - | ! | high | t1 | ! error ! line 18 ! t1 -> t1",
        "| 45 min | ! | 45 | ! error ! line 18 ! time limit \"45\"",
        "| 45 min | ! | 45 parsecs | ! error ! line 18 ! 45 parsecs",
        "| 45 min | ! | 999999999 weeks | ! error ! line 18 ! timeout",
        "| Time limit | ! | Time | ! warning ! line 16 ! column \"time\"",
        "| Time limit | ! | Title | ! error ! line 16 ! a second column \"title\"",
        "- Level: level_2 ! - Level: level_9 ! error ! line 21 ! level_9",
        "- CPU: 2 cores ! - CPU: many ! error ! line 23 ! many",
        "- Memory: 4 GB ! - Memory: -4 GB ! error ! line 24 ! -4 GB",
        "- Disk: - ! - Disk: 10 GB ! warning ! line 25 ! disk",
        "- Network: cut ! - Network: only https ! error ! line 26 ! only https",
        "- Level: level_2 ! - Level: level_1 ! error ! line 26 ! level_1",
        "| one | 1 day | ! | one | soon | ! error ! line 30 ! \"soon\"",
        "| one | 1 day | ! | {one} | 1 day | ! error ! line 30 ! {one}",
        "- [x] grace ! - [ ] grace ! warning ! line 41 ! grace",
        "- [x] grace ! - [ ] {name} ! error ! line 41 ! {name}",
        "| none known | low ! | {what could} | low ! error ! line 37 ! {what could}",
      })
  void unusableTextIsReportedWithItsLine(
      String good, String bad, String severity, String line, String found) {
    assertTrue(GOOD.contains(good), good);
    List<String> messages = messages(GOOD.replace(good, bad == null ? "" : bad));
    assertTrue(
        messages.stream()
            .anyMatch(
                message ->
                    message.startsWith(severity + ": ")
                        && message.contains(found)
                        && message.endsWith("p.md, " + line + ")")),
        messages::toString);
    boolean error = messages.stream().anyMatch(message -> message.startsWith("error"));
    assertEquals(error, read(GOOD.replace(good, bad == null ? "" : bad)).proposal().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Mission", "Agents", "Tasks"})
  void withoutOneOfTheseSectionsThereIsNoProposal(String heading) {
    Reading reading = read(GOOD.replace("## " + heading, "### " + heading));
    assertTrue(reading.proposal().isEmpty());
    assertTrue(
        messages(GOOD.replace("## " + heading, "### " + heading))
            .contains(
                "error: found no section \"## %s\", expected this section (p.md)"
                    .formatted(heading)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Objective", "Scope", "Success criteria", "Risks", "Dependencies", "Approvals"})
  void withoutOneOfTheseThereIsAWarning(String heading) {
    String text = GOOD.replace("## " + heading, "### other");
    assertTrue(
        messages(text).stream()
            .anyMatch(
                message -> message.startsWith("warning") && message.contains("## " + heading)),
        messages(text)::toString);
  }

  @Test
  void remarksFrontMatterAndCodeAreNoContent() {
    String text =
        """
        ---
        title: "## Agents"
        ---
        """
            + GOOD.replace(
                "It is ported.",
                "It is <!-- {not this} --> ported. <!--\n## Agents\n| a |\n-->\n```\n## Agents\n{x}\n```\n");
    assertEquals(List.of(), messages(text));
    assertEquals(2, read(text).proposal().orElseThrow().agents().size());
  }

  @Test
  void aRemarkOrCodeThatDoesNotEndHidesNothingInSilence() {
    assertTrue(
        messages(GOOD.replace("- [ ] it runs", "<!-- it runs"))
            .contains(
                "error: found a comment without an end, expected \"-->\" after it (p.md, line 33)"));
    assertTrue(
        messages(GOOD.replace("- [ ] it runs", "````"))
            .contains(
                "error: found code without an end, expected \"````\" after it (p.md, line 33)"));
  }

  @Test
  void lineEndsOfOtherSystemsAndAByteOrderMarkChangeNothing() {
    for (String end : List.of("\r\n", "\r")) {
      assertEquals(read(GOOD), read(GOOD.replace("\n", end)));
    }
    assertEquals(read(GOOD), read("\ufeff" + GOOD));
  }

  @Test
  void waysToWriteTheSameAreTheSame() {
    String text =
        GOOD.replace("| lead_1 | Lead |", "|`lead_1`|**Lead**|")
            .replace("- Name: Port", "* **Name:** Port")
            .replace("- Proposer: ada", "- Proposer: @ada")
            .replace("level_2", "LEVEL_2")
            .replace("## Tasks", "##  Tasks ##")
            .replace("| w.1 | Writer | write | - | - |", "w.1 | Writer | write | - | -")
            .replace("| Plan | lead_1 |", "| Plan | lead\\_1 |");
    assertEquals(read(GOOD), read(text));
  }

  @Test
  void aValueIsNoLongerThanPeopleRead() {
    String title = "x".repeat(1000);
    assertEquals(List.of(), messages(GOOD.replace("| Plan |", "| " + title + " |")));
    assertTrue(
        messages(GOOD.replace("| Plan |", "| " + title + "x |"))
            .toString()
            .contains("at most 1000"));
  }

  @Test
  void aPipeWithinACellIsWrittenWithABackslash() {
    Proposal proposal = read(GOOD.replace("| Plan |", "| a \\| b |")).proposal().orElseThrow();
    assertEquals("a | b", proposal.tasks().get(0).title());
  }

  @Test
  void invisibleCharactersAreRefusedAndNotRepeatedRaw() {
    for (String hidden : List.of("\u202e", "\u0000", "\u200b", "\u001b[31m", "\u2028")) {
      List<String> messages = messages(GOOD.replace("| Plan |", "| Pl" + hidden + "an |"));
      assertTrue(
          messages.get(0).startsWith("error: found the invisible character U+"),
          messages::toString);
      assertTrue(messages.get(0).endsWith("line 18)"), messages::toString);
    }
    String message = messages(GOOD.replace("| high |", "| \u202e\u001b[2J |")).toString();
    assertTrue(message.chars().noneMatch(ProposalFindings::invisible), message);
  }

  @Test
  void aSecondTableIsNotTakenForPartOfTheFirst() {
    String text = GOOD.replace("## Tasks", "| Id | Role |\n|---|---|\n| x | read |\n## Tasks");
    assertTrue(read(text).proposal().isEmpty());
    assertTrue(messages(text).toString().contains("one table in a section"));
  }

  @Test
  void aTableWithoutItsRulerIsAnError() {
    String text = GOOD.replace("|----|------|------|--------------|---------|\n", "");
    assertTrue(messages(text).toString().contains("|---| below its header"));
    assertTrue(read(text).proposal().isEmpty());
  }

  @Test
  void emptyRowsAreNoRowsAndAnEmptyTableIsAnError() {
    assertEquals(
        read(GOOD).proposal(),
        read(GOOD.replace("## Isolation", "| | | | | | |\n\n## Isolation"))
            .proposal()
            .map(
                same ->
                    new Proposal(
                        same.missionName(),
                        same.proposer(),
                        same.agents(),
                        same.tasks(),
                        same.level(),
                        same.limits(),
                        same.networkCut(),
                        same.timeout(),
                        read(GOOD).proposal().orElseThrow().forPeople())));
    String none = GOOD.replaceAll("(?m)^\\| (lead_1|w\\.1) .*\n", "");
    assertTrue(messages(none).toString().contains("no rows"));
  }

  @Test
  void limitsWithoutALevelThatEnforcesThemAreReported() {
    String text = GOOD.replace("- Level: level_2", "- Level: none").replace("cut", "open");
    assertEquals(2, read(text).problems().size());
    assertEquals(IsolationLevel.NONE, read(text).proposal().orElseThrow().level());
    assertTrue(messages(text).get(0).contains("cpu \"2 cores\" at this level"));
  }

  @Test
  void manyProblemsAreCountedNotListedWithoutEnd() {
    String rows = "| a b | | | | |\n".repeat(5000);
    List<ProposalProblem> problems =
        read(GOOD.replace("| w.1 | Writer | write | - | - |\n", rows)).problems();
    assertTrue(problems.size() <= 201);
    assertTrue(problems.get(problems.size() - 1).found().endsWith("more errors"));
  }

  @Test
  void evilTextTakesNoMoreTimeThanGoodText() {
    int size = 250_000;
    for (String evil :
        List.of("`", "#", "| ", "\\", "*", "<!--", "<!-- -->", "- ", "1h", "{", " ")) {
      String longLine = evil.repeat(size / evil.length());
      assertTimeoutPreemptively(
          Duration.ofSeconds(20),
          () -> {
            read(GOOD.replace("| Plan |", "| " + longLine + " |"));
            read(GOOD.replace("- Name: Port the parser", "- Name: " + longLine));
            read(longLine);
            return read(GOOD + (evil + "\n").repeat(size / (evil.length() + 1)));
          });
    }
  }

  /** Any text with a part removed or doubled gives a proposal or errors. */
  @Property(tries = 300)
  void brokenTextIsAnsweredWithProblemsOrAProposal(
      @ForAll @IntRange(min = 0, max = 1200) int from,
      @ForAll @IntRange(min = 0, max = 200) int length,
      @ForAll boolean doubled) {
    int start = Math.min(from, GOOD.length());
    int end = Math.min(start + length, GOOD.length());
    String text =
        GOOD.substring(0, start)
            + (doubled ? GOOD.substring(start, end).repeat(2) : "")
            + GOOD.substring(end);
    Reading reading = read(text);
    assertEquals(
        reading.proposal().isEmpty(),
        reading.problems().stream().anyMatch(ProposalProblem::error),
        text);
    reading.proposal().ifPresent(proposal -> proposal.toCell(null, NOW));
  }

  @ParameterizedTest
  @CsvSource({
    "90 min, 5400",
    "1 h 30 min, 5400",
    "1.5 hours, 5400",
    "2d, 172800",
    "1 Week, 604800",
    "'1 day, 2 h', 93600",
    "1 s, 1",
    "0 s, ",
    "0.2 s, ",
    "soon, ",
    "h 1, ",
    "1, ",
    "1 h soon, ",
    "-1 h, ",
    "İ h, "
  })
  void timesAreWhatPeopleWrite(String text, Long seconds) {
    Duration duration = ProposalValue.duration(text);
    assertEquals(seconds, duration == null ? null : Long.valueOf(duration.toSeconds()));
  }
}
