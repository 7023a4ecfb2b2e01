package org.lazaruspit.examples.pit.proposal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lazaruspit.examples.pit.proposal.ProposalText.Line;
import org.lazaruspit.examples.pit.proposal.ProposalText.Section;

/** Table of a section, in the syntax of GitHub and Gitea. */
final class ProposalTable {

  /** Row: values by the lower-case names of columns. */
  record Row(int line, Map<String, String> cells) {

    /** Returns a value; empty if the text stands for no value. */
    String cell(String column) {
      return ProposalValue.orNothing(cells.getOrDefault(column, ""));
    }
  }

  private final Section section;
  private final List<String> known;
  private final ProposalFindings findings;
  private final List<Row> rows = new ArrayList<>();
  private List<String> columns = List.of();

  private ProposalTable(Section section, List<String> known, ProposalFindings findings) {
    this.section = section;
    this.known = known;
    this.findings = findings;
  }

  /** Returns the rows that are not empty; reports unknown columns. */
  static List<Row> rows(Section section, List<String> known, ProposalFindings findings) {
    ProposalTable table = new ProposalTable(section, known, findings);
    table.read();
    return table.rows;
  }

  private void read() {
    List<Line> lines = section.lines();
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      boolean header =
          i + 1 < lines.size()
              && lines.get(i + 1).number() == line.number() + 1
              && isRuler(lines.get(i + 1));
      if (line.code() || line.text().indexOf('|') < 0) {
        notUsed(line);
      } else if (header && columns.isEmpty()) {
        head(line);
        i++;
      } else if (header || columns.isEmpty()) {
        findings.error(
            line.number(),
            ProposalFindings.quoted(line.text()),
            columns.isEmpty() ? "a table, with |---| below its header" : "one table in a section");
        return;
      } else {
        row(line);
      }
    }
  }

  private void notUsed(Line line) {
    findings.warning(line.number(), ProposalFindings.quoted(line.text()) + ", not used", "a table");
  }

  private static boolean isRuler(Line line) {
    return !line.code()
        && line.text().indexOf('-') >= 0
        && line.text().indexOf('|') >= 0
        && line.text().chars().allMatch(c -> c == '|' || c == '-' || c == ':' || c == ' ');
  }

  private void head(Line line) {
    columns = split(line.text()).stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    for (int i = 0; i < columns.size(); i++) {
      String column = columns.get(i);
      if (columns.indexOf(column) < i) {
        findings.error(line.number(), "a second column " + quoted(column), "each column once");
      } else if (!known.contains(column)) {
        findings.warning(
            line.number(), "a column " + quoted(column) + ", not used", String.join(", ", known));
      }
    }
  }

  private void row(Line line) {
    List<String> cells = split(line.text());
    if (cells.size() != columns.size()) {
      findings.error(
          line.number(),
          cells.size() + " cells",
          columns.size() + ", as in the header; \"|\" within a cell is written \"\\|\"");
      return;
    }
    if (cells.stream().allMatch(String::isEmpty)) {
      return;
    }
    Map<String, String> row = new LinkedHashMap<>();
    for (int i = 0; i < cells.size(); i++) {
      row.put(columns.get(i), ProposalValue.checked(cells.get(i), line.number(), findings));
    }
    rows.add(new Row(line.number(), row));
  }

  static List<String> split(String text) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    int at = text.startsWith("|") ? 1 : 0;
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '\\' && at + 1 < text.length() && text.charAt(at + 1) == '|') {
        cell.append('|');
        at++;
      } else if (c == '|') {
        cells.add(ProposalValue.plain(cell.toString()));
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    if (!cell.toString().isBlank()) {
      cells.add(ProposalValue.plain(cell.toString()));
    }
    return cells;
  }

  private static String quoted(String text) {
    return ProposalFindings.quoted(text);
  }
}
