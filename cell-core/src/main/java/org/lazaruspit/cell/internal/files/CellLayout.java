package org.lazaruspit.cell.internal.files;

import java.nio.file.Path;
import java.util.List;

/** Names of the files and directories of a cell. */
public record CellLayout(Path directory) {
  public static final String CELL_FILE = "cell.json";
  public static final String AGENTS = "agents";
  public static final String TASKS = "tasks";
  public static final String CONFIG = "config";
  public static final String ISOLATION_FILE = "isolation.json";
  public static final String POLICIES_FILE = "policies.json";
  public static final String PERMISSIONS_FILE = "permissions.json";
  public static final String PRIVATE = ".lazarus";
  public static final String SUFFIX = ".json";
  static final List<String> CONFIG_FILES = List.of(ISOLATION_FILE, POLICIES_FILE, PERMISSIONS_FILE);

  /** Directories of a new cell. */
  public static final List<String> DIRECTORIES =
      List.of(
          AGENTS,
          TASKS,
          "checkpoints",
          "logs",
          "artifacts",
          "artifacts/code",
          "artifacts/docs",
          "artifacts/reports",
          CONFIG,
          PRIVATE);

  public Path cellFile() {
    return directory.resolve(CELL_FILE);
  }

  public Path agent(String agentId) {
    return directory.resolve(AGENTS).resolve(agentId + SUFFIX);
  }

  public Path task(String taskId) {
    return directory.resolve(TASKS).resolve(taskId + SUFFIX);
  }

  public Path config(String fileName) {
    return directory.resolve(CONFIG).resolve(fileName);
  }

  public Path logs() {
    return directory.resolve("logs");
  }

  public Path artifacts() {
    return directory.resolve("artifacts");
  }

  public Path checkpoint(String agentId) {
    return directory.resolve("checkpoints").resolve(agentId);
  }

  /** Returns the private directory: locks, temporary files and earlier checkpoints. */
  Path privateDirectory() {
    return directory.resolve(PRIVATE);
  }

  public Path temporary() {
    return privateDirectory().resolve("tmp");
  }

  /** Returns the directory of an agent's checkpoint generations. */
  public Path generations(String agentId) {
    return privateDirectory().resolve("checkpoints").resolve(agentId);
  }
}
