package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

/** Outcome of a heartbeat or of a registration. All variants are immutable and thread-safe. */
public sealed interface HeartbeatOutcome {
  /**
   * Accepted completely.
   *
   * @param registered whether this registered an unknown agent
   */
  record Accepted(boolean registered) implements HeartbeatOutcome {
    static final Accepted KNOWN = new Accepted(false);
    static final Accepted NEW = new Accepted(true);
  }

  /**
   * Accepted as a sign of life, but with refused metadata.
   *
   * @param registered whether this registered an unknown agent
   * @param reason the given and the expected value
   */
  record MetadataRefused(boolean registered, String reason) implements HeartbeatOutcome {
    /**
     * Checks the arguments.
     *
     * @param registered whether this registered an unknown agent
     * @param reason the given and the expected value
     */
    public MetadataRefused {
      requireNonNull(reason, "reason");
    }
  }

  /**
   * Refused: the sender is a zombie, since a newer incarnation of the agent is known.
   *
   * @param current the agent's incarnation
   */
  record StaleIncarnation(long current) implements HeartbeatOutcome {}

  /**
   * Refused: the agent is unknown, and the registry does not register by heartbeat.
   *
   * @param agentId the agent
   */
  record UnknownAgent(String agentId) implements HeartbeatOutcome {
    /**
     * Checks the arguments.
     *
     * @param agentId the agent
     */
    public UnknownAgent {
      requireNonNull(agentId, "agentId");
    }
  }

  /**
   * Refused: the agent is unknown, and the registry is full.
   *
   * @param limit the maximum number of agents
   */
  record RegistryFull(int limit) implements HeartbeatOutcome {}

  /**
   * Refused: the agent id is invalid.
   *
   * @param reason the given and the expected value
   */
  record BadId(String reason) implements HeartbeatOutcome {
    /**
     * Checks the arguments.
     *
     * @param reason the given and the expected value
     */
    public BadId {
      requireNonNull(reason, "reason");
    }
  }
}
