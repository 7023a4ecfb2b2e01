package org.lazaruspit.examples.pit.proposal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The text of a proposal, cut into the sections below its headings of the second level. As much
 * Markdown as a proposal needs: remarks ({@code <!-- -->}) and front matter are left out, code in
 * fences is kept but holds no headings and no tables.
 */
final class ProposalText {

  /** A line of a section; of code only that it is there matters. */
  record Line(int number, String text, boolean code) {}

  /** A section with its lines that are not blank. */
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

  /** From heading, in lower case, to section. */
  static Map<String, Section> sections(String text, ProposalFindings findings) {
    ProposalText reader = new ProposalText(findings);
    // Other line ends, as of Windows and of old Macs, are worth one line each as well.
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
                    "the character U+%04X, which cannot be seen".formatted(point),
                    "text that reads as it is"));
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

  /** How many number signs begin a heading; 0 for what is none. */
  private static int level(String text) {
    int level = 0;
    while (level < text.length() && text.charAt(level) == '#') {
      level++;
    }
    boolean ends = level == text.length() || Character.isWhitespace(text.charAt(level));
    return level <= 6 && ends ? level : 0;
  }

  /** Without the number signs before it, and without those that some put behind it. */
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
          "another section " + ProposalFindings.quoted(heading),
          "one, such as that of line " + before.line());
    }
  }

  private void keep(Line line) {
    if (sections.isEmpty() && !line.code() && level(line.text()) == 0 && lines.isEmpty()) {
      findings.warning(
          line.number(),
          ProposalFindings.quoted(line.text()) + " before the first section",
          "nothing that matters: it is not used");
    }
    lines.add(line);
  }

  private void end() {
    if (remarkSince > 0) {
      findings.error(remarkSince, "a remark that does not end", "\"-->\" after it");
    }
    if (!fence.isEmpty()) {
      findings.error(
          fenceSince, "code that does not end", ProposalFindings.quoted(fence) + " after it");
    }
  }
}
