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
 * @param cellId the cell's identity
 * @param missionName what people call the mission
 * @param createdAt when it was created
 * @param createdBy who created it, an identifier
 * @param status where the mission stands
 * @param isolationLevel how strictly its agents are kept apart, {@code none} by default
 * @param maxAgents the most agents it may have, 10 by default
 * @param timeout past this age the mission is overdue, 3600 s by default
 * @param policies what it says about revival
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

  /** The most agents of a cell that names no number. */
  public static final int DEFAULT_MAX_AGENTS = 10;

  /** The time after which a mission that names none is overdue. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);

  /**
   * Checks what is given.
   *
   * @param cellId the cell's identity
   * @param missionName what people call the mission
   * @param createdAt when it was created
   * @param createdBy who created it, an identifier
   * @param status where the mission stands
   * @param isolationLevel how strictly its agents are kept apart, {
   * @param maxAgents the most agents it may have, 10 by default
   * @param timeout past this age the mission is overdue, 3600 s by default
   * @param policies what it says about revival
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
   * The same with another status.
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
   * The instant past which the mission is overdue.
   *
   * @return creation plus timeout
   */
  public Instant deadline() {
    return createdAt.plus(timeout);
  }
}
