package org.lazaruspit.examples.pit.proposal;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lazaruspit.examples.pit.proposal.ProposalText.Line;
import org.lazaruspit.examples.pit.proposal.ProposalText.Section;

/** Lines {@code - Key: value} of a section. */
final class ProposalFields {

  /** Value and its line; the line of the section if the field is missing. */
  record Field(int line, String value) {
    boolean absent() {
      return value.isEmpty();
    }
  }

  private final int line;
  private final Map<String, Field> fields = new HashMap<>();

  private ProposalFields(int line) {
    this.line = line;
  }

  static ProposalFields of(Section section, List<String> known, ProposalFindings findings) {
    ProposalFields all = new ProposalFields(section.line());
    section.lines().forEach(line -> all.read(line, known, findings));
    return all;
  }

  private void read(Line at, List<String> known, ProposalFindings findings) {
    String item = item(at.text());
    int colon = item.indexOf(':');
    String key = colon < 0 ? "" : item.substring(0, colon).replace("*", "").strip();
    String name = key.toLowerCase(Locale.ROOT);
    if (at.code() || !known.contains(name)) {
      findings.warning(
          at.number(), ProposalFindings.quoted(at.text()) + ", not used", String.join(", ", known));
      return;
    }
    String value = item.substring(colon + 1).strip();
    // "**Key:** value" is bold as often as "**Key**: value".
    value = value.startsWith("** ") ? value.substring(3) : value;
    String checked = ProposalValue.checked(ProposalValue.plain(value), at.number(), findings);
    Field field = new Field(at.number(), ProposalValue.orNothing(checked));
    if (fields.putIfAbsent(name, field) != null) {
      findings.error(at.number(), "a second " + ProposalFindings.quoted(key), "each field once");
    }
  }

  /** Returns the text of a list item, without bullet and box. */
  static String item(String text) {
    String bare = withoutBullet(text);
    return box(bare).isEmpty() ? bare : bare.substring(3).strip();
  }

  /** Returns whether the line has an unticked box. */
  static boolean unticked(String text) {
    return box(withoutBullet(text)).equals("[ ]");
  }

  private static String withoutBullet(String text) {
    boolean bullet =
        text.length() > 1 && "-*+".indexOf(text.charAt(0)) >= 0 && text.charAt(1) == ' ';
    return bullet ? text.substring(2).strip() : text;
  }

  private static String box(String item) {
    String start = item.length() < 3 ? "" : item.substring(0, 3);
    return start.equals("[ ]") || start.equalsIgnoreCase("[x]") ? start : "";
  }

  Field get(String name) {
    return fields.getOrDefault(name, new Field(line, ""));
  }
}
