package org.lazaruspit.cell.internal.scan;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.CellProblem;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.Permissions;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.cell.Severity;
import org.lazaruspit.cell.TaskSpec;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.files.FileStamp;

/**
 * Result of scanning a cell, with the fingerprints that detect changes cheaply.
 *
 * @param directory the cell's directory
 * @param config {@code cell.json}
 * @param agents the directory of agents
 * @param tasks the directory of tasks
 * @param settings the files of {@code config/}
 * @param load the loaded cell and its problems
 */
public record CellScan(
    Path directory,
    FileScan<CellConfig> config,
    DirectoryScan<AgentSpec> agents,
    DirectoryScan<TaskSpec> tasks,
    Settings settings,
    CellLoad load) {

  /**
   * Scan of one file.
   *
   * @param file its path
   * @param content its content, or null if absent or invalid
   */
  public record FileScan<T>(
      Path file, FileStamp stamp, @Nullable T content, List<CellProblem> problems) {
    static <T> FileScan<T> absent(Path file) {
      return new FileScan<>(file, FileStamp.ABSENT, null, List.of());
    }

    boolean isEmpty() {
      return !present() && problems.isEmpty();
    }

    boolean present() {
      return stamp.size() >= 0;
    }

    boolean failed() {
      return problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
    }

    boolean hasSameContent(FileScan<?> other) {
      return Objects.equals(content, other.content) && problems.equals(other.problems);
    }
  }

  /**
   * Scan of a directory of files named by identifier.
   *
   * @param directory its path
   * @param files by identifier, including invalid ones
   * @param problems of the directory itself and of unexpected entries
   */
  record DirectoryScan<T>(
      Path directory,
      FileStamp stamp,
      SortedMap<String, FileScan<T>> files,
      List<CellProblem> problems) {

    static <T> DirectoryScan<T> absent(Path directory, List<CellProblem> problems) {
      return new DirectoryScan<>(
          directory, FileStamp.ABSENT, Collections.emptySortedMap(), problems);
    }

    boolean isEmpty() {
      return stamp.equals(FileStamp.ABSENT) && problems.isEmpty();
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

    boolean hasSameContent(DirectoryScan<T> other) {
      return problems.equals(other.problems)
          && files.keySet().equals(other.files.keySet())
          && files.entrySet().stream().allMatch(file -> other.has(file.getKey(), file.getValue()));
    }

    private boolean has(String id, FileScan<T> file) {
      FileScan<T> own = files.get(id);
      return own != null && own.hasSameContent(file);
    }
  }

  /** Scan of the files of {@code config/}. */
  record Settings(
      FileScan<IsolationSpec> isolation,
      FileScan<RevivalPolicies> policies,
      FileScan<Permissions> permissions,
      List<CellProblem> problems) {

    /** Returns settings without files, and with the problems of the directory. */
    static Settings absent(CellLayout layout, List<CellProblem> problems) {
      return new Settings(
          FileScan.absent(layout.config(CellLayout.ISOLATION_FILE)),
          FileScan.absent(layout.config(CellLayout.POLICIES_FILE)),
          FileScan.absent(layout.config(CellLayout.PERMISSIONS_FILE)),
          problems);
    }

    boolean isEmpty() {
      return isolation.isEmpty()
          && policies.isEmpty()
          && permissions.isEmpty()
          && problems.isEmpty();
    }

    void collect(List<CellProblem> into) {
      into.addAll(problems);
      into.addAll(isolation.problems());
      into.addAll(policies.problems());
      into.addAll(permissions.problems());
    }

    boolean isSame(Settings before) {
      return FileScanner.same(isolation, before.isolation)
          && FileScanner.same(policies, before.policies)
          && FileScanner.same(permissions, before.permissions)
          && problems.equals(before.problems);
    }

    boolean hasSameContent(Settings other) {
      return isolation.hasSameContent(other.isolation)
          && policies.hasSameContent(other.policies)
          && permissions.hasSameContent(other.permissions)
          && problems.equals(other.problems);
    }
  }

  CellScan with(CellLoad newLoad) {
    return new CellScan(directory, config, agents, tasks, settings, newLoad);
  }

  /** Returns whether every part was taken over from an earlier scan. */
  boolean isSame(CellScan before) {
    return FileScanner.same(config, before.config)
        && FileScanner.same(agents, before.agents)
        && FileScanner.same(tasks, before.tasks)
        && FileScanner.same(settings, before.settings);
  }

  boolean hasSameContent(CellScan other) {
    return config.hasSameContent(other.config)
        && agents.hasSameContent(other.agents)
        && tasks.hasSameContent(other.tasks)
        && settings.hasSameContent(other.settings);
  }
}
