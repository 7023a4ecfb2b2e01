package org.lazaruspit.pit.spi;

import java.util.Comparator;
import java.util.Objects;
import java.util.UUID;

/**
 * Reference to an agent: agent ids are unique only within a cell. Ordered by cell, then agent.
 * Immutable and thread-safe.
 *
 * @param cellId the id of the agent's cell
 * @param agentId the agent's id within that cell
 */
public record AgentRef(UUID cellId, String agentId) implements Comparable<AgentRef> {

  private static final Comparator<AgentRef> ORDER =
      Comparator.comparing(AgentRef::cellId).thenComparing(AgentRef::agentId);

  /** Checks that no component is null. */
  @SuppressWarnings("doclint:missing") // documented at the record
  public AgentRef {
    Objects.requireNonNull(cellId, "cellId");
    Objects.requireNonNull(agentId, "agentId");
  }

  @Override
  public int compareTo(AgentRef other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return cellId + "/" + agentId;
  }
}
