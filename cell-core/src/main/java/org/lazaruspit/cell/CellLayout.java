package org.lazaruspit.cell;

import java.nio.file.Path;
import java.util.List;

/** The names of everything in a cell's directory. */
record CellLayout(Path directory) {
  static final String CELL_FILE = "cell.json";
  static final String AGENTS = "agents";
  static final String TASKS = "tasks";
  static final String CONFIG = "config";
  static final String ISOLATION_FILE = "isolation.json";
  static final String POLICIES_FILE = "policies.json";
  static final String PERMISSIONS_FILE = "permissions.json";
  static final String PRIVATE = ".lazarus";
  static final String SUFFIX = ".json";
  static final List<String> CONFIG_FILES = List.of(ISOLATION_FILE, POLICIES_FILE, PERMISSIONS_FILE);

  /** What a new cell has besides its files. */
  static final List<String> DIRECTORIES =
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

  Path cellFile() {
    return directory.resolve(CELL_FILE);
  }

  Path agent(String agentId) {
    return directory.resolve(AGENTS).resolve(agentId + SUFFIX);
  }

  Path task(String taskId) {
    return directory.resolve(TASKS).resolve(taskId + SUFFIX);
  }

  Path config(String fileName) {
    return directory.resolve(CONFIG).resolve(fileName);
  }

  Path logs() {
    return directory.resolve("logs");
  }

  Path artifacts() {
    return directory.resolve("artifacts");
  }

  Path checkpoint(String agentId) {
    return directory.resolve("checkpoints").resolve(agentId);
  }

  /** Our own directory: locks, temporary files and earlier checkpoints. */
  Path privateDirectory() {
    return directory.resolve(PRIVATE);
  }

  Path temporary() {
    return privateDirectory().resolve("tmp");
  }

  /** The generations of an agent's checkpoints. */
  Path vault(String agentId) {
    return privateDirectory().resolve("checkpoints").resolve(agentId);
  }
}
