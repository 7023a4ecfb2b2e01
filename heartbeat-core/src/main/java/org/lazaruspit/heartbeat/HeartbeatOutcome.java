package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

/**
 * What became of a heartbeat or of a registration. The alternatives are immutable and thread-safe.
 */
public sealed interface HeartbeatOutcome {
  /**
   * All of it counted.
   *
   * @param registered whether the agent was unknown and has been registered by it
   */
  record Accepted(boolean registered) implements HeartbeatOutcome {
    static final Accepted KNOWN = new Accepted(false);
    static final Accepted NEW = new Accepted(true);
  }

  /**
   * The sign of life counted, the metadata did not.
   *
   * @param registered whether the agent was unknown and has been registered by it
   * @param reason what was given and what was expected
   */
  record MetadataRefused(boolean registered, String reason) implements HeartbeatOutcome {
    /**
     * Checks what is given.
     *
     * @param registered whether the agent was unknown and has been registered by it
     * @param reason what was given and what was expected
     */
    public MetadataRefused {
      requireNonNull(reason, "reason");
    }
  }

  /**
   * It comes from a zombie: the agent is known in a newer incarnation.
   *
   * @param current the agent's incarnation
   */
  record StaleIncarnation(long current) implements HeartbeatOutcome {}

  /**
   * The agent is not registered, and the registry does not register by heartbeat.
   *
   * @param agentId the agent
   */
  record UnknownAgent(String agentId) implements HeartbeatOutcome {
    /**
     * Checks what is given.
     *
     * @param agentId the agent
     */
    public UnknownAgent {
      requireNonNull(agentId, "agentId");
    }
  }

  /**
   * The agent is not registered, and no more agents are taken.
   *
   * @param limit the largest number of agents
   */
  record RegistryFull(int limit) implements HeartbeatOutcome {}

  /**
   * The id is none.
   *
   * @param reason what was given and what was expected
   */
  record BadId(String reason) implements HeartbeatOutcome {
    /**
     * Checks what is given.
     *
     * @param reason what was given and what was expected
     */
    public BadId {
      requireNonNull(reason, "reason");
    }
  }
}
