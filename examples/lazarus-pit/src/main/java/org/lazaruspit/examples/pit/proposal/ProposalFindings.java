package org.lazaruspit.examples.pit.proposal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.lazaruspit.cell.Severity;

/** Collects the problems of a proposal. Not thread-safe. */
final class ProposalFindings {
  private static final int MAX_PROBLEMS = 200;
  private static final int SHOWN = 60;

  private final List<ProposalProblem> problems = new ArrayList<>();
  private int more;

  void error(int line, String found, String expected) {
    add(new ProposalProblem(Severity.ERROR, line, found, expected));
  }

  void warning(int line, String found, String expected) {
    add(new ProposalProblem(Severity.WARNING, line, found, expected));
  }

  /** Adds a problem; past the maximum, errors are counted and warnings dropped. */
  private void add(ProposalProblem problem) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(problem);
    } else if (problem.error()) {
      more++;
    }
  }

  /** Returns the problems in the order of the text, those of the whole text last. */
  List<ProposalProblem> all() {
    List<ProposalProblem> sorted = new ArrayList<>(problems);
    sorted.sort(
        Comparator.comparingInt(
            problem -> problem.line() == 0 ? Integer.MAX_VALUE : problem.line()));
    if (more > 0) {
      sorted.add(
          new ProposalProblem(
              Severity.ERROR,
              0,
              more + " more errors",
              "at most " + MAX_PROBLEMS + " problems to report"));
    }
    return List.copyOf(sorted);
  }

  /** Returns a text shortened, quoted and with invisible characters escaped. */
  static String quoted(String text) {
    StringBuilder shown = new StringBuilder().append('"');
    text.codePoints()
        .limit(SHOWN)
        .forEach(
            point -> {
              if (invisible(point)) {
                shown.append("\\u%04x".formatted(point));
              } else {
                shown.appendCodePoint(point);
              }
            });
    return shown.append(text.codePointCount(0, text.length()) > SHOWN ? "...\"" : "\"").toString();
  }

  /** Returns whether a character is invisible, or moves or reorders text around it. */
  static boolean invisible(int point) {
    int type = Character.getType(point);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.SURROGATE
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }
}
