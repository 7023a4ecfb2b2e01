package org.lazaruspit.cell;

import java.nio.file.Path;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.json.Identifiers;

/**
 * Where the files of a cell are that others write: logs, the journal, checkpoints and artifacts.
 * Immutable and thread-safe; touches no disk.
 */
public final class CellPaths {
  private final CellLayout layout;

  private CellPaths(CellLayout layout) {
    this.layout = layout;
  }

  /**
   * The paths of one cell.
   *
   * @param cellDirectory the cell's directory
   * @return its paths
   */
  public static CellPaths of(Path cellDirectory) {
    return new CellPaths(new CellLayout(cellDirectory));
  }

  /**
   * The log of an agent's output.
   *
   * @param agentId the agent
   * @return {@code logs/<agent_id>.log}
   * @throws IllegalArgumentException when the agent's name is no identifier
   */
  public Path agentLog(String agentId) {
    return layout.logs().resolve(Identifiers.require("agent_id", agentId) + ".log");
  }

  /**
   * The mission's own log.
   *
   * @return {@code logs/mission.log}
   */
  public Path missionLog() {
    return layout.logs().resolve("mission.log");
  }

  /**
   * The journal of revivals.
   *
   * @return {@code logs/revivals.jsonl}
   */
  public Path journal() {
    return layout.logs().resolve("revivals.jsonl");
  }

  /**
   * The folder of an agent's checkpoint.
   *
   * @param agentId the agent
   * @return {@code checkpoints/<agent_id>}
   * @throws IllegalArgumentException when the agent's name is no identifier
   */
  public Path checkpoint(String agentId) {
    return layout.checkpoint(Identifiers.require("agent_id", agentId));
  }

  /**
   * What the mission produces.
   *
   * @return {@code artifacts}
   */
  public Path artifacts() {
    return layout.artifacts();
  }
}
