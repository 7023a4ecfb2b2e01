package org.lazaruspit.cell;

import java.nio.file.Path;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.json.Identifiers;

/**
 * Paths of a cell's logs, journal, checkpoints and artifacts. Immutable and thread-safe; touches no
 * disk.
 */
public final class CellPaths {
  private final CellLayout layout;

  private CellPaths(CellLayout layout) {
    this.layout = layout;
  }

  /**
   * Returns the paths of one cell.
   *
   * @param cellDirectory the cell's directory
   * @return its paths
   */
  public static CellPaths of(Path cellDirectory) {
    return new CellPaths(new CellLayout(cellDirectory));
  }

  /**
   * Returns the log of an agent's output.
   *
   * @param agentId the agent
   * @return {@code logs/<agent_id>.log}
   * @throws IllegalArgumentException if the id is invalid
   */
  public Path agentLog(String agentId) {
    return layout.logs().resolve(Identifiers.require("agent_id", agentId) + ".log");
  }

  /**
   * Returns the log of the mission.
   *
   * @return {@code logs/mission.log}
   */
  public Path missionLog() {
    return layout.logs().resolve("mission.log");
  }

  /**
   * Returns the journal of revivals.
   *
   * @return {@code logs/revivals.jsonl}
   */
  public Path journal() {
    return layout.logs().resolve("revivals.jsonl");
  }

  /**
   * Returns the directory of an agent's checkpoint.
   *
   * @param agentId the agent
   * @return {@code checkpoints/<agent_id>}
   * @throws IllegalArgumentException if the id is invalid
   */
  public Path checkpoint(String agentId) {
    return layout.checkpoint(Identifiers.require("agent_id", agentId));
  }

  /**
   * Returns the directory of the mission's artifacts.
   *
   * @return {@code artifacts}
   */
  public Path artifacts() {
    return layout.artifacts();
  }
}
