package org.lazaruspit.examples.mcp;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Source of agents' health. */
interface HealthSource {

  /**
   * Returns the health of one agent.
   *
   * @param cell the agent's cell; empty if the agent's id is unambiguous
   * @throws ToolException if the agent is unknown, or the source does not answer
   */
  Map<String, Object> agent(Optional<UUID> cell, String agentId) throws Exception;

  /**
   * Returns the health of all agents, or of the agents of one cell.
   *
   * @throws ToolException if the source does not answer
   */
  Map<String, Object> fleet(Optional<UUID> cell, FleetSummary fleet) throws Exception;
}
