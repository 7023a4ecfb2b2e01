package org.lazaruspit.examples.pit.proposal;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.examples.pit.proposal.ProposalFields.Field;
import org.lazaruspit.examples.pit.proposal.ProposalTable.Row;
import org.lazaruspit.examples.pit.proposal.ProposalText.Line;
import org.lazaruspit.examples.pit.proposal.ProposalText.Section;

/**
 * Reads a filled-in mission proposal, {@code .gitea/ISSUE_TEMPLATE/mission-proposal.md}. Reports
 * unusable text as problems with their lines. Not thread-safe.
 */
public final class ProposalReader {

  /**
   * Result of reading a text.
   *
   * @param proposal the proposal; empty if there is an error
   * @param problems the problems, in the order of the text
   */
  public record Reading(Optional<Proposal> proposal, List<ProposalProblem> problems) {}

  private static final List<String> REQUIRED = List.of("mission", "agents", "tasks");
  private static final List<String> FOR_PEOPLE =
      List.of(
          "objective", "scope", "success criteria", "risks", "dependencies", "approvals", "notes");
  private static final List<String> FOR_CELLS =
      List.of("mission", "agents", "tasks", "isolation", "resources", "timeline");

  private final ProposalFindings findings = new ProposalFindings();
  private final Map<String, Section> sections;

  private ProposalReader(String text) {
    this.sections = ProposalText.sections(text, findings);
  }

  /** Reads a text; its tasks are created at the given time. */
  public static Reading read(String text, Instant now) {
    ProposalReader reader = new ProposalReader(text);
    Proposal proposal = reader.proposal(now);
    List<ProposalProblem> problems = reader.findings.all();
    boolean usable = problems.stream().noneMatch(ProposalProblem::error);
    return new Reading(usable ? Optional.of(proposal) : Optional.empty(), problems);
  }

  private Proposal proposal(Instant now) {
    headings();
    ProposalFields mission = fields("mission", List.of("name", "proposer", "date", "parent epic"));
    ProposalTeam team = ProposalTeam.of(section("agents"), section("tasks"), now, findings);
    ProposalFields resources = fields("resources", List.of("cpu", "memory", "disk", "network"));
    Field wanted = fields("isolation", List.of("level")).get("level");
    IsolationLevel level = level(wanted);
    date(mission.get("date"));
    return new Proposal(
        name(mission.get("name")),
        proposer(mission.get("proposer")),
        team.agents(),
        team.tasks(),
        level,
        limits(resources, level),
        networkCut(resources.get("network"), level),
        timeout(),
        forPeople());
  }

  private void headings() {
    for (String heading : REQUIRED) {
      if (!sections.containsKey(heading)) {
        findings.error(0, "no section \"## " + capital(heading) + "\"", "this section");
      }
    }
    for (Section section : sections.values()) {
      String heading = section.heading().toLowerCase(Locale.ROOT);
      if (!FOR_CELLS.contains(heading) && !FOR_PEOPLE.contains(heading)) {
        findings.warning(
            section.line(),
            "a section " + ProposalFindings.quoted(section.heading()) + ", not used",
            "the headings of the template");
      }
    }
  }

  private List<String> forPeople() {
    List<String> found = new ArrayList<>();
    for (String heading : FOR_PEOPLE) {
      Section section = sections.get(heading);
      if (section == null || section.lines().isEmpty()) {
        if (!heading.equals("notes")) {
          findings.warning(
              section == null ? 0 : section.line(),
              "nothing under \"## " + capital(heading) + "\"",
              "text for readers");
        }
        continue;
      }
      found.add("%s (line %d)".formatted(section.heading(), section.line()));
      section.lines().stream().filter(line -> !line.code()).forEach(this::filledIn);
    }
    Section approvals = section("approvals");
    for (Line line : approvals.lines()) {
      String item = ProposalFields.item(line.text());
      if (ProposalFields.unticked(line.text()) && !ProposalValue.placeholder(item)) {
        findings.warning(
            line.number(), "an open approval: " + ProposalFindings.quoted(item), "[x]");
      }
    }
    return found;
  }

  private void filledIn(Line line) {
    List<String> parts =
        line.text().startsWith("|")
            ? ProposalTable.split(line.text())
            : List.of(ProposalFields.item(line.text()));
    for (String part : parts) {
      if (ProposalValue.placeholder(part)) {
        findings.error(line.number(), ProposalFindings.quoted(part), "filled-in text, or none");
      }
    }
  }

  private String name(Field name) {
    if (name.absent() && sections.containsKey("mission")) {
      findings.error(name.line(), "no name", "\"- Name: \" and the name of the mission");
    }
    return name.value();
  }

  private String proposer(Field proposer) {
    String account =
        proposer.value().startsWith("@") ? proposer.value().substring(1) : proposer.value();
    if (account.isEmpty()) {
      if (sections.containsKey("mission")) {
        findings.error(proposer.line(), "no proposer", "\"- Proposer: \" and an account name");
      }
      return "";
    }
    try {
      NewCell.builder("").createdBy(account);
    } catch (IllegalArgumentException e) {
      findings.error(proposer.line(), String.valueOf(e.getMessage()), "an account name");
    }
    return account;
  }

  private void date(Field date) {
    try {
      if (!date.absent()) {
        LocalDate.parse(date.value());
      }
    } catch (DateTimeParseException e) {
      findings.warning(
          date.line(), "date " + ProposalFindings.quoted(date.value()), "such as 2026-01-31");
    }
  }

  private IsolationLevel level(Field wanted) {
    // "none" is a level here; in other fields it stands for an empty value.
    if (!wanted.absent()) {
      for (IsolationLevel level : IsolationLevel.values()) {
        if (level.wireName().equals(wanted.value().toLowerCase(Locale.ROOT))) {
          return level;
        }
      }
      findings.error(
          wanted.line(),
          "level " + ProposalFindings.quoted(wanted.value()),
          "none, level_1, level_2 or level_3");
    }
    return IsolationLevel.NONE;
  }

  private ResourceLimits limits(ProposalFields resources, IsolationLevel level) {
    Field cpu = resources.get("cpu");
    Field memory = resources.get("memory");
    Field disk = resources.get("disk");
    if (level == IsolationLevel.NONE) {
      notEnforced(cpu, "cpu", "level_1 or stricter, which enforces it");
      notEnforced(memory, "memory", "level_1 or stricter, which enforces it");
    }
    notEnforced(disk, "disk", "a quota of the file system: no level enforces it");
    return new ResourceLimits(
        amount(cpu, text -> ResourceLimits.parse(text, null, null).cpuMillicores()),
        amount(memory, text -> ResourceLimits.parse(null, text, null).memoryBytes()),
        amount(disk, text -> ResourceLimits.parse(null, null, text).diskBytes()));
  }

  private void notEnforced(Field limit, String what, String expected) {
    if (!limit.absent()) {
      findings.warning(
          limit.line(),
          what + " " + ProposalFindings.quoted(limit.value()) + " at this level",
          expected);
    }
  }

  private @Nullable Long amount(Field field, Function<String, @Nullable Long> parse) {
    try {
      return field.absent() ? null : parse.apply(field.value());
    } catch (IllegalArgumentException e) {
      findings.error(field.line(), String.valueOf(e.getMessage()), "an amount, or - for no limit");
      return null;
    }
  }

  private boolean networkCut(Field network, IsolationLevel level) {
    boolean cut = network.value().equalsIgnoreCase("cut");
    if (!cut && !network.absent() && !network.value().equalsIgnoreCase("open")) {
      findings.error(
          network.line(), "network " + ProposalFindings.quoted(network.value()), "open or cut");
    }
    if (cut && level.compareTo(IsolationLevel.LEVEL_2) < 0) {
      findings.error(
          network.line(),
          "network \"cut\" at " + level.wireName(),
          "level_2 or level_3, which enforce it");
    }
    return cut;
  }

  private Duration timeout() {
    Section timeline = section("timeline");
    List<Row> phases =
        ProposalTable.rows(timeline, List.of("phase", "duration", "done when"), findings);
    Duration sum = Duration.ZERO;
    for (Row phase : phases) {
      String given = phase.cell("duration");
      Duration duration = ProposalValue.duration(given);
      if (duration != null) {
        sum = sum.plus(duration);
      } else if (!given.isEmpty()) {
        findings.error(
            phase.line(), "duration " + ProposalFindings.quoted(given), "such as 4 h or 2 days");
      }
    }
    if (sum.isZero()) {
      findings.warning(
          timeline.line(),
          "no duration of any phase, so a limit of one hour",
          "a duration in the timeline");
      return CellConfig.DEFAULT_TIMEOUT;
    }
    return bounded(sum, timeline.line());
  }

  private Duration bounded(Duration sum, int line) {
    try {
      NewCell.builder("").timeout(sum);
    } catch (IllegalArgumentException e) {
      findings.error(line, String.valueOf(e.getMessage()), "phases that end");
    }
    return sum;
  }

  private ProposalFields fields(String heading, List<String> known) {
    return ProposalFields.of(section(heading), known, findings);
  }

  private Section section(String heading) {
    return sections.getOrDefault(heading, new Section(heading, 0, List.of()));
  }

  private static String capital(String heading) {
    return heading.substring(0, 1).toUpperCase(Locale.ROOT) + heading.substring(1);
  }
}
