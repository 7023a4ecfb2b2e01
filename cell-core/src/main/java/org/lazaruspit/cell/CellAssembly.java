package org.lazaruspit.cell;

import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lazaruspit.cell.CellScan.FileScan;
import org.lazaruspit.cell.CellScan.Settings;

/** Puts the scanned files of a cell together, and runs the rules over the whole. */
final class CellAssembly {
  private static final Comparator<CellProblem> IN_READING_ORDER =
      Comparator.comparing(CellProblem::file)
          .thenComparing(CellProblem::line)
          .thenComparing(CellProblem::column)
          .thenComparing(CellProblem::pointer);

  /**
   * What holds while {@code isolation.json} cannot be read: a slip of the pen must not let an agent
   * out.
   */
  private static final IsolationSpec STRICTEST =
      new IsolationSpec(
          IsolationLevel.LEVEL_3, true, true, ResourceLimits.ABSENT, SecurityContext.ABSENT);

  /** What holds while {@code policies.json} cannot be read: nothing without a person. */
  private static final RevivalPolicies CAREFUL =
      new RevivalPolicies(AutoRevive.ASK, null, null, false, HandoffApproval.MANUAL, null, null);

  private CellAssembly() {}

  static CellLoad load(CellScan scan, CellScanner scanner) {
    List<CellProblem> problems = new ArrayList<>(scan.config().problems());
    scan.agents().collect(problems);
    scan.tasks().collect(problems);
    scan.settings().collect(problems);
    Optional<MissionCell> cell = cell(scan);
    if (cell.isPresent()) {
      Map<Path, Findings> broken =
          CellRules.check(
              cell.get(), scan.agents().files().keySet(), scan.tasks().files().keySet());
      broken.forEach((file, findings) -> problems.addAll(locate(file, findings, scanner)));
    } else if (!scan.config().present() && scan.config().problems().isEmpty()) {
      Path file = scan.directory().resolve(CellLayout.CELL_FILE);
      problems.add(Problems.whole(Severity.ERROR, file, "nothing", "the mission's configuration"));
    }
    problems.sort(IN_READING_ORDER);
    return new CellLoad(scan.directory(), cell, bounded(scan, problems, scanner.limits()));
  }

  private static Optional<MissionCell> cell(CellScan scan) {
    CellConfig config = scan.config().content();
    if (config == null) {
      return Optional.empty();
    }
    Settings settings = scan.settings();
    boolean unreadable = !settings.problems().isEmpty();
    return Optional.of(
        new MissionCell(
            scan.directory(),
            config,
            scan.agents().contents(),
            scan.tasks().contents(),
            setting(settings.isolation(), unreadable, IsolationSpec.ABSENT, STRICTEST),
            setting(settings.policies(), unreadable, RevivalPolicies.ABSENT, CAREFUL),
            setting(settings.permissions(), unreadable, Permissions.ABSENT, Permissions.ABSENT)));
  }

  private static <T> T setting(FileScan<T> file, boolean unreadable, T absent, T careful) {
    T content = file.content();
    if (content != null) {
      return content;
    }
    return unreadable || file.failed() ? careful : absent;
  }

  /** Rules know pointers only; the file is read once more, since problems are rare. */
  static List<CellProblem> locate(Path file, Findings findings, CellScanner scanner) {
    if (findings.all().isEmpty()) {
      return List.of();
    }
    byte[] bytes = {};
    try {
      BasicFileAttributes attributes = scanner.reader().stat(file);
      if (attributes != null && attributes.isRegularFile()) {
        byte[] read = scanner.reader().read(file, attributes.size());
        bytes = read == null ? bytes : read;
      }
    } catch (FileReader.Unusable e) {
      // It was readable a moment ago; the problem stands, its line is lost.
    }
    return Problems.of(file, bytes, findings, scanner.json());
  }

  private static List<CellProblem> bounded(
      CellScan scan, List<CellProblem> problems, CellLimits limits) {
    if (problems.size() <= limits.maxProblems()) {
      return problems;
    }
    List<CellProblem> first = new ArrayList<>(problems.subList(0, limits.maxProblems()));
    first.add(
        Problems.whole(
            Severity.ERROR,
            scan.directory(),
            problems.size() + " problems",
            "at most " + limits.maxProblems() + " to report"));
    return first;
  }
}
