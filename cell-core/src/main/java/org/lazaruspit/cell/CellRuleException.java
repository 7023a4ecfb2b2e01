package org.lazaruspit.cell;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Refusal of a change that would make the cell break a rule; the cell is unchanged. */
public final class CellRuleException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient List<CellProblem> problems;

  CellRuleException(List<CellProblem> problems) {
    super(problems.stream().map(CellProblem::message).collect(Collectors.joining("; ")));
    this.problems = List.copyOf(problems);
  }

  CellRuleException(CellProblem problem) {
    this(List.of(problem));
  }

  /**
   * Returns the rules that would be broken.
   *
   * @return at least one problem
   */
  public List<CellProblem> problems() {
    return problems;
  }
}
