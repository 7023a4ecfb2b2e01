package org.lazaruspit.cell;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What came of loading one directory: as much of the cell as could be read, and all that is wrong
 * with it. Immutable and thread-safe.
 *
 * @param directory the directory
 * @param cell the cell, or empty where {@code cell.json} cannot be used or its identity is taken
 * @param problems everything that is wrong, in the order of files
 */
public record CellLoad(Path directory, Optional<MissionCell> cell, List<CellProblem> problems) {

  /**
   * Checks what is given.
   *
   * @param directory the directory
   * @param cell the cell, or empty where {
   * @param problems everything that is wrong, in the order of files
   */
  public CellLoad {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(cell, "cell");
    problems = List.copyOf(problems);
  }

  /**
   * The problems that make the cell invalid.
   *
   * @return those of severity error
   */
  public List<CellProblem> errors() {
    return of(Severity.ERROR);
  }

  /**
   * The problems that a person should look at.
   *
   * @return those of severity warning
   */
  public List<CellProblem> warnings() {
    return of(Severity.WARNING);
  }

  /**
   * Whether there is a cell and nothing is wrong with it but warnings.
   *
   * @return true when valid
   */
  public boolean valid() {
    return cell.isPresent() && errors().isEmpty();
  }

  private List<CellProblem> of(Severity severity) {
    return problems.stream().filter(problem -> problem.severity() == severity).toList();
  }
}
