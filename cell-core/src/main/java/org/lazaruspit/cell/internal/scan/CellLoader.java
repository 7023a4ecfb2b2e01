package org.lazaruspit.cell.internal.scan;

import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.CellLimits;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.CellProblem;
import org.lazaruspit.cell.HandoffApproval;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.Permissions;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.cell.Severity;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.files.FileReader;
import org.lazaruspit.cell.internal.files.Problems;
import org.lazaruspit.cell.internal.json.Findings;
import org.lazaruspit.cell.internal.scan.CellScan.FileScan;
import org.lazaruspit.cell.internal.scan.CellScan.Settings;

/** Combines the scanned files of a cell, and checks the rules for the whole. */
public final class CellLoader {
  private static final Comparator<CellProblem> IN_READING_ORDER =
      Comparator.comparing(CellProblem::file)
          .thenComparingInt(CellProblem::line)
          .thenComparingInt(CellProblem::column)
          .thenComparing(CellProblem::pointer);

  /**
   * Stands in for an invalid {@code isolation.json}: a typing error must not weaken the isolation.
   */
  private static final IsolationSpec STRICTEST_ISOLATION =
      new IsolationSpec(
          IsolationLevel.LEVEL_3, true, true, ResourceLimits.ABSENT, SecurityContext.ABSENT);

  /**
   * Stands in for an invalid {@code policies.json}: no revival or hand-over without an operator.
   */
  private static final RevivalPolicies STRICTEST_POLICIES =
      new RevivalPolicies(AutoRevive.ASK, null, null, false, HandoffApproval.MANUAL, null, null);

  private CellLoader() {}

  static CellLoad load(CellScan scan, FileScanner scanner) {
    List<CellProblem> problems = new ArrayList<>(scan.config().problems());
    scan.agents().collect(problems);
    scan.tasks().collect(problems);
    scan.settings().collect(problems);
    CellConfig config = scan.config().content();
    if (config != null) {
      // The rules see the written content: a stand-in must not cause findings.
      MissionCell written = cell(scan, config, IsolationSpec.ABSENT, RevivalPolicies.ABSENT);
      CellRules.check(written, scan.agents().files().keySet(), scan.tasks().files().keySet())
          .forEach((file, findings) -> problems.addAll(locate(file, findings, scanner)));
    } else if (!scan.config().present() && scan.config().problems().isEmpty()) {
      Path file = scan.directory().resolve(CellLayout.CELL_FILE);
      problems.add(Problems.whole(Severity.ERROR, file, "no file", "the mission's configuration"));
    }
    problems.sort(IN_READING_ORDER);
    Optional<MissionCell> cell =
        Optional.ofNullable(config)
            .map(there -> cell(scan, there, STRICTEST_ISOLATION, STRICTEST_POLICIES));
    return new CellLoad(scan.directory(), cell, bounded(scan, problems, scanner.limits()));
  }

  private static MissionCell cell(
      CellScan scan, CellConfig config, IsolationSpec badIsolation, RevivalPolicies badPolicies) {
    Settings settings = scan.settings();
    boolean bad = !settings.problems().isEmpty();
    return new MissionCell(
        scan.directory(),
        config,
        scan.agents().contents(),
        scan.tasks().contents(),
        setting(settings.isolation(), bad, IsolationSpec.ABSENT, badIsolation),
        setting(settings.policies(), bad, RevivalPolicies.ABSENT, badPolicies),
        setting(settings.permissions(), bad, Permissions.ABSENT, Permissions.ABSENT));
  }

  private static <T> T setting(FileScan<T> file, boolean bad, T absent, T careful) {
    T content = file.content();
    if (content != null) {
      return content;
    }
    return bad || file.failed() ? careful : absent;
  }

  /**
   * Adds the place to findings of rules, which know pointers only. Reads the file once more, since
   * problems are rare.
   */
  public static List<CellProblem> locate(Path file, Findings findings, FileScanner scanner) {
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
      // The file has become unreadable: the problem stays, without its line.
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
