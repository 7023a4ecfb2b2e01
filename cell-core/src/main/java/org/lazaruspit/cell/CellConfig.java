package org.lazaruspit.cell;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.lazaruspit.cell.internal.json.Identifiers;
import org.lazaruspit.cell.internal.json.Seconds;

/**
 * The content of {@code cell.json}: the mission's configuration. Immutable and thread-safe.
 *
 * @param cellId id of the cell
 * @param missionName display name of the mission
 * @param createdAt instant of creation
 * @param createdBy creator, an identifier
 * @param status status of the mission
 * @param isolationLevel isolation of its agents, {@code none} by default
 * @param maxAgents maximum number of agents, at least 1, 10 by default
 * @param timeout age in whole seconds past which the mission is overdue, 3600 s by default
 * @param policies policies on revival
 */
public record CellConfig(
    UUID cellId,
    String missionName,
    Instant createdAt,
    String createdBy,
    CellStatus status,
    IsolationLevel isolationLevel,
    int maxAgents,
    Duration timeout,
    CellPolicies policies) {

  /** Default of {@link #maxAgents()}: 10. */
  public static final int DEFAULT_MAX_AGENTS = 10;

  /** Default of {@link #timeout()}: 3600 s. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);

  /**
   * Validates the components.
   *
   * @param cellId id of the cell
   * @param missionName display name of the mission
   * @param createdAt instant of creation
   * @param createdBy creator, an identifier
   * @param status status of the mission
   * @param isolationLevel isolation of its agents, {@code none} by default
   * @param maxAgents maximum number of agents, at least 1, 10 by default
   * @param timeout age in whole seconds past which the mission is overdue, 3600 s by default
   * @param policies policies on revival
   */
  public CellConfig {
    Objects.requireNonNull(cellId, "cellId");
    Objects.requireNonNull(missionName, "missionName");
    Objects.requireNonNull(createdAt, "createdAt");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(isolationLevel, "isolationLevel");
    Objects.requireNonNull(policies, "policies");
    Identifiers.require("created_by", createdBy);
    Seconds.require("timeout", timeout);
    if (maxAgents < 1) {
      throw new IllegalArgumentException("max_agents: " + maxAgents + " is not at least 1");
    }
  }

  /**
   * Returns a copy with another status.
   *
   * @param newStatus the status to have
   * @return a copy
   */
  public CellConfig withStatus(CellStatus newStatus) {
    return new CellConfig(
        cellId,
        missionName,
        createdAt,
        createdBy,
        newStatus,
        isolationLevel,
        maxAgents,
        timeout,
        policies);
  }

  /**
   * Returns the instant past which the mission is overdue.
   *
   * @return creation plus timeout
   */
  public Instant deadline() {
    return createdAt.plus(timeout);
  }
}
