package org.lazaruspit.examples.pit.proposal;

import org.lazaruspit.cell.Severity;

/**
 * Problem of a proposal.
 *
 * @param severity an error prevents the cell, a warning does not
 * @param line the line from 1, or 0 for the whole text
 * @param found the text found
 * @param expected the text expected
 */
public record ProposalProblem(Severity severity, int line, String found, String expected) {

  public boolean error() {
    return severity == Severity.ERROR;
  }

  /** Returns the problem in one line, like {@link org.lazaruspit.cell.CellProblem}. */
  public String message(String file) {
    return "%s: found %s, expected %s (%s)"
        .formatted(severity.wireName(), found, expected, line > 0 ? file + ", line " + line : file);
  }
}
