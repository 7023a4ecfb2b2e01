package org.lazaruspit.cell;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.internal.json.Identifiers;

/**
 * The content of {@code agents/<agent_id>.json}. Immutable and thread-safe.
 *
 * @param agentId the agent's identifier, equal to the file's name
 * @param name display name
 * @param role role in the mission
 * @param status current status
 * @param capabilities capabilities, as free text
 * @param gateway name of its gateway, or null if it cannot be probed over HTTP
 * @param currentTask the task in work, or null
 * @param checkpoint commit record of its newest checkpoint, or null
 * @param launcher name of a launcher in the pit's configuration, or null for the default
 * @param incarnation number of revivals, up to {@link Incarnation#MAX}, for readers; authoritative
 *     is the pit's journal
 */
public record AgentSpec(
    String agentId,
    String name,
    Role role,
    AgentStatus status,
    List<String> capabilities,
    @Nullable String gateway,
    @Nullable String currentTask,
    @Nullable CheckpointRef checkpoint,
    @Nullable String launcher,
    long incarnation) {

  /**
   * Validates the components.
   *
   * @param agentId the agent's identifier, equal to the file's name
   * @param name display name
   * @param role role in the mission
   * @param status current status
   * @param capabilities capabilities, as free text
   * @param gateway name of its gateway, or null if it cannot be probed over HTTP
   * @param currentTask the task in work, or null
   * @param checkpoint commit record of its newest checkpoint, or null
   * @param launcher name of a launcher in the pit's configuration, or null for the default
   * @param incarnation number of revivals, up to {@link Incarnation#MAX}, for readers;
   *     authoritative is the pit's journal
   */
  public AgentSpec {
    Identifiers.require("agent_id", agentId);
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(status, "status");
    capabilities = List.copyOf(capabilities);
    if (currentTask != null) {
      Identifiers.require("current_task", currentTask);
    }
    Incarnation.require(incarnation);
  }

  /**
   * Returns an idle agent with the required fields only.
   *
   * @param agentId its identifier
   * @param name display name
   * @param role role in the mission
   * @return the agent
   */
  public static AgentSpec of(String agentId, String name, Role role) {
    return new AgentSpec(
        agentId, name, role, AgentStatus.IDLE, List.of(), null, null, null, null, 0);
  }

  /**
   * Returns a copy with another status.
   *
   * @param newStatus the status to have
   * @return a copy
   */
  public AgentSpec withStatus(AgentStatus newStatus) {
    return new AgentSpec(
        agentId,
        name,
        role,
        newStatus,
        capabilities,
        gateway,
        currentTask,
        checkpoint,
        launcher,
        incarnation);
  }

  /**
   * Returns a copy with other capabilities.
   *
   * @param newCapabilities the capabilities to have
   * @return a copy
   */
  public AgentSpec withCapabilities(List<String> newCapabilities) {
    return new AgentSpec(
        agentId,
        name,
        role,
        status,
        newCapabilities,
        gateway,
        currentTask,
        checkpoint,
        launcher,
        incarnation);
  }

  /**
   * Returns a copy with another gateway.
   *
   * @param newGateway the gateway's name, or null for none
   * @return a copy
   */
  public AgentSpec withGateway(@Nullable String newGateway) {
    return new AgentSpec(
        agentId,
        name,
        role,
        status,
        capabilities,
        newGateway,
        currentTask,
        checkpoint,
        launcher,
        incarnation);
  }

  /**
   * Returns a copy with another task.
   *
   * @param newTask the task's identifier, or null for none
   * @return a copy
   */
  public AgentSpec withCurrentTask(@Nullable String newTask) {
    return new AgentSpec(
        agentId,
        name,
        role,
        status,
        capabilities,
        gateway,
        newTask,
        checkpoint,
        launcher,
        incarnation);
  }

  /**
   * Returns a copy with another checkpoint.
   *
   * @param newCheckpoint the commit record, or null for none
   * @return a copy
   */
  public AgentSpec withCheckpoint(@Nullable CheckpointRef newCheckpoint) {
    return new AgentSpec(
        agentId,
        name,
        role,
        status,
        capabilities,
        gateway,
        currentTask,
        newCheckpoint,
        launcher,
        incarnation);
  }

  /**
   * Returns a copy with another launcher.
   *
   * @param newLauncher the launcher's name, or null for the default one
   * @return a copy
   */
  public AgentSpec withLauncher(@Nullable String newLauncher) {
    return new AgentSpec(
        agentId,
        name,
        role,
        status,
        capabilities,
        gateway,
        currentTask,
        checkpoint,
        newLauncher,
        incarnation);
  }

  /**
   * Returns a copy with another incarnation.
   *
   * @param newIncarnation the incarnation, 0 to {@link Incarnation#MAX}
   * @return a copy
   */
  public AgentSpec withIncarnation(long newIncarnation) {
    return new AgentSpec(
        agentId,
        name,
        role,
        status,
        capabilities,
        gateway,
        currentTask,
        checkpoint,
        launcher,
        newIncarnation);
  }
}
