package org.lazaruspit.examples.pit.proposal;

import org.lazaruspit.cell.Severity;

/**
 * One thing in a proposal that cannot be used, and where it stands.
 *
 * @param severity an error keeps the cell from being created, a warning does not
 * @param line the line in the text from 1, or 0 where it is about the whole
 * @param found what stands there
 * @param expected what should stand there
 */
public record ProposalProblem(Severity severity, int line, String found, String expected) {

  public boolean error() {
    return severity == Severity.ERROR;
  }

  /** The problem in one line, in the words of {@link org.lazaruspit.cell.CellProblem}. */
  public String message(String file) {
    return "%s: found %s, expected %s (%s)"
        .formatted(severity.wireName(), found, expected, line > 0 ? file + ", line " + line : file);
  }
}
