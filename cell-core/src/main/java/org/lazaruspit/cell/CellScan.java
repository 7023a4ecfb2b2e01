package org.lazaruspit.cell;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A cell as it was found, with what is needed to see cheaply whether it changed since.
 *
 * @param stamp of the cell's directory
 * @param config {@code cell.json}
 * @param agents the directory of agents
 * @param tasks the directory of tasks
 * @param settings the files of {@code config/}
 */
record CellScan(
    Path directory,
    Stamp stamp,
    FileScan<CellConfig> config,
    DirectoryScan<AgentSpec> agents,
    DirectoryScan<TaskSpec> tasks,
    Settings settings,
    CellLoad load) {

  /**
   * One file.
   *
   * @param content what it says, or null where it is absent or bad
   */
  record FileScan<T>(Stamp stamp, @Nullable T content, List<CellProblem> problems) {
    static <T> FileScan<T> absent() {
      return new FileScan<>(Stamp.ABSENT, null, List.of());
    }

    boolean present() {
      return stamp.size() >= 0;
    }

    boolean failed() {
      return problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
    }

    boolean saysTheSame(FileScan<?> other) {
      return Objects.equals(content, other.content) && problems.equals(other.problems);
    }
  }

  /**
   * One directory of files named by identifier.
   *
   * @param files by identifier, the bad ones too
   * @param problems of the directory and of entries that are no such file
   */
  record DirectoryScan<T>(
      Stamp stamp, SortedMap<String, FileScan<T>> files, List<CellProblem> problems) {

    static <T> DirectoryScan<T> absent() {
      return new DirectoryScan<>(Stamp.ABSENT, Collections.emptySortedMap(), List.of());
    }

    SortedMap<String, T> contents() {
      SortedMap<String, T> contents = new TreeMap<>();
      files.forEach(
          (id, file) -> {
            T content = file.content();
            if (content != null) {
              contents.put(id, content);
            }
          });
      return contents;
    }

    void collect(List<CellProblem> into) {
      into.addAll(problems);
      files.values().forEach(file -> into.addAll(file.problems()));
    }

    boolean saysTheSame(DirectoryScan<T> other) {
      return problems.equals(other.problems)
          && files.keySet().equals(other.files.keySet())
          && files.entrySet().stream().allMatch(file -> other.has(file.getKey(), file.getValue()));
    }

    private boolean has(String id, FileScan<T> file) {
      FileScan<T> own = files.get(id);
      return own != null && own.saysTheSame(file);
    }
  }

  /** The files of {@code config/}. */
  record Settings(
      FileScan<IsolationSpec> isolation,
      FileScan<RevivalPolicies> policies,
      FileScan<Permissions> permissions,
      List<CellProblem> problems) {

    static final Settings ABSENT =
        new Settings(FileScan.absent(), FileScan.absent(), FileScan.absent(), List.of());

    void collect(List<CellProblem> into) {
      into.addAll(problems);
      into.addAll(isolation.problems());
      into.addAll(policies.problems());
      into.addAll(permissions.problems());
    }

    boolean saysTheSame(Settings other) {
      return isolation.saysTheSame(other.isolation)
          && policies.saysTheSame(other.policies)
          && permissions.saysTheSame(other.permissions)
          && problems.equals(other.problems);
    }
  }

  boolean saysTheSame(CellScan other) {
    return config.saysTheSame(other.config)
        && agents.saysTheSame(other.agents)
        && tasks.saysTheSame(other.tasks)
        && settings.saysTheSame(other.settings);
  }
}
