package org.lazaruspit.examples.pit.proposal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Splits a proposal into the sections below its headings of the second level. Supports the Markdown
 * of proposals: drops comments ({@code <!-- -->}) and front matter; keeps fenced code, without
 * headings and tables in it.
 */
final class ProposalText {

  /** Line of a section. */
  record Line(int number, String text, boolean code) {}

  /** Section with its lines that are not blank. */
  record Section(String heading, int line, List<Line> lines) {}

  private static final int LEVEL = 2;

  private final ProposalFindings findings;
  private final Map<String, Section> sections = new LinkedHashMap<>();
  private List<Line> lines = new ArrayList<>();
  private int remarkSince;
  private int fenceSince;
  private String fence = "";

  private ProposalText(ProposalFindings findings) {
    this.findings = findings;
  }

  /** Returns the sections by lower-case heading. */
  static Map<String, Section> sections(String text, ProposalFindings findings) {
    ProposalText reader = new ProposalText(findings);
    // CR LF and CR also end one line each.
    String[] all = text.split("\r\n|\n|\r", -1);
    int first = afterFrontMatter(all);
    if (all[0].startsWith("\ufeff")) {
      all[0] = all[0].substring(1);
    }
    for (int i = first; i < all.length; i++) {
      reader.line(i + 1, all[i]);
    }
    reader.end();
    return reader.sections;
  }

  private static int afterFrontMatter(String[] all) {
    if (!all[0].strip().equals("---")) {
      return 0;
    }
    for (int i = 1; i < all.length; i++) {
      if (all[i].strip().equals("---")) {
        return i + 1;
      }
    }
    return 0;
  }

  private void line(int number, String raw) {
    checkCharacters(number, raw);
    if (!fence.isEmpty()) {
      keep(new Line(number, raw, true));
      String end = raw.strip();
      if (end.startsWith(fence) && end.chars().allMatch(c -> c == fence.charAt(0))) {
        fence = "";
      }
      return;
    }
    String text = withoutRemarks(number, raw).strip();
    String opening = fenceOf(text);
    if (!opening.isEmpty()) {
      fence = opening;
      fenceSince = number;
      keep(new Line(number, text, true));
    } else if (level(text) == LEVEL && !raw.startsWith("    ")) {
      begin(number, headingText(text));
    } else if (!text.isEmpty()) {
      keep(new Line(number, text, false));
    }
  }

  private void checkCharacters(int number, String raw) {
    raw.codePoints()
        .filter(point -> ProposalFindings.invisible(point) && point != '\t' && point != 0xfeff)
        .findFirst()
        .ifPresent(
            point ->
                findings.error(
                    number,
                    "the invisible character U+%04X".formatted(point),
                    "visible characters"));
  }

  private String withoutRemarks(int number, String raw) {
    StringBuilder kept = new StringBuilder();
    int at = 0;
    while (at < raw.length()) {
      if (remarkSince > 0) {
        int end = raw.indexOf("-->", at);
        if (end < 0) {
          return kept.toString();
        }
        remarkSince = 0;
        at = end + 3;
      } else {
        int start = raw.indexOf("<!--", at);
        kept.append(raw, at, start < 0 ? raw.length() : start);
        if (start < 0) {
          return kept.toString();
        }
        remarkSince = number;
        at = start + 4;
      }
    }
    return kept.toString();
  }

  private static String fenceOf(String text) {
    for (char mark : new char[] {'`', '~'}) {
      int length = 0;
      while (length < text.length() && text.charAt(length) == mark) {
        length++;
      }
      if (length >= 3 && (mark == '~' || text.indexOf('`', length) < 0)) {
        return text.substring(0, length);
      }
    }
    return "";
  }

  /** Returns the level of a heading; 0 if the line is not a heading. */
  private static int level(String text) {
    int level = 0;
    while (level < text.length() && text.charAt(level) == '#') {
      level++;
    }
    boolean ends = level == text.length() || Character.isWhitespace(text.charAt(level));
    return level <= 6 && ends ? level : 0;
  }

  /** Returns the text of a heading, without number signs at both ends. */
  private static String headingText(String text) {
    String heading = text.substring(LEVEL).strip();
    int end = heading.length();
    while (end > 0 && heading.charAt(end - 1) == '#') {
      end--;
    }
    boolean closed = end == 0 || Character.isWhitespace(heading.charAt(end - 1));
    return closed ? heading.substring(0, end).strip() : heading;
  }

  private void begin(int number, String heading) {
    Section section = new Section(heading, number, new ArrayList<>());
    lines = section.lines();
    @Nullable Section before = sections.putIfAbsent(heading.toLowerCase(Locale.ROOT), section);
    if (before != null) {
      findings.error(
          number,
          "a second section " + ProposalFindings.quoted(heading),
          "one section, as in line " + before.line());
    }
  }

  private void keep(Line line) {
    if (sections.isEmpty() && !line.code() && level(line.text()) == 0 && lines.isEmpty()) {
      findings.warning(
          line.number(),
          ProposalFindings.quoted(line.text()) + " before the first section",
          "no text there: it is not used");
    }
    lines.add(line);
  }

  private void end() {
    if (remarkSince > 0) {
      findings.error(remarkSince, "a comment without an end", "\"-->\" after it");
    }
    if (!fence.isEmpty()) {
      findings.error(
          fenceSince, "code without an end", ProposalFindings.quoted(fence) + " after it");
    }
  }
}
