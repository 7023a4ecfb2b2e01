package org.lazaruspit.examples.mcp;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Somebody who knows how agents are. */
interface HealthSource {

  /**
   * How an agent is.
   *
   * @param cell the agent's cell; empty where the agent's id is unambiguous
   * @throws ToolException if it is not known there, or nobody answers
   */
  Map<String, Object> agent(Optional<UUID> cell, String agentId) throws Exception;

  /**
   * How all agents are, or those of a cell.
   *
   * @throws ToolException if nobody answers
   */
  Map<String, Object> fleet(Optional<UUID> cell, Fleet fleet) throws Exception;
}
