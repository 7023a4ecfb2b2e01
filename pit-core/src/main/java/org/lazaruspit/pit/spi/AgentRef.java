package org.lazaruspit.pit.spi;

import java.util.Comparator;
import java.util.Objects;
import java.util.UUID;

/**
 * An agent as the pit knows it: agent ids are unique only within a cell. Immutable and thread-safe.
 *
 * @param cellId the cell that the agent belongs to
 * @param agentId the agent's id within that cell
 */
public record AgentRef(UUID cellId, String agentId) implements Comparable<AgentRef> {

  private static final Comparator<AgentRef> ORDER =
      Comparator.comparing(AgentRef::cellId).thenComparing(AgentRef::agentId);

  /** Checks that both parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
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
