package org.lazaruspit.cell;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Result of loading one directory: the readable part of the cell, and all problems. Immutable and
 * thread-safe.
 *
 * @param directory the directory
 * @param cell the cell, or empty if {@code cell.json} is invalid or its id is taken
 * @param problems all problems, in the order of files
 */
public record CellLoad(Path directory, Optional<MissionCell> cell, List<CellProblem> problems) {

  /**
   * Validates the components.
   *
   * @param directory the directory
   * @param cell the cell, or empty if {@code cell.json} is invalid or its id is taken
   * @param problems all problems, in the order of files
   */
  public CellLoad {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(cell, "cell");
    problems = List.copyOf(problems);
  }

  /**
   * Returns the problems that make the cell invalid.
   *
   * @return problems of severity error
   */
  public List<CellProblem> errors() {
    return of(Severity.ERROR);
  }

  /**
   * Returns the problems that leave the cell valid.
   *
   * @return problems of severity warning
   */
  public List<CellProblem> warnings() {
    return of(Severity.WARNING);
  }

  /**
   * Returns whether the cell is present and has no errors.
   *
   * @return true if valid
   */
  public boolean valid() {
    return cell.isPresent() && errors().isEmpty();
  }

  private List<CellProblem> of(Severity severity) {
    return problems.stream().filter(problem -> problem.severity() == severity).toList();
  }
}
