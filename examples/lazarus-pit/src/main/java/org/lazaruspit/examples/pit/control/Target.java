package org.lazaruspit.examples.pit.control;

import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.lazaruspit.heartbeat.http.Problem;
import org.lazaruspit.heartbeat.http.ProblemException;
import org.lazaruspit.pit.RevivalEngine;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * Target of an order.
 *
 * @param cellId the cell
 * @param agentId the agent in it; empty for the whole cell
 */
record Target(UUID cellId, Optional<String> agentId) {

  /** Order to an agent or a cell. */
  @FunctionalInterface
  interface Order<T> {
    void give(T to) throws IOException;
  }

  /**
   * Finds the target. The id of an agent suffices if only one cell has an agent of that id.
   *
   * @throws NoSuchElementException if there is no such agent
   * @throws IllegalStateException if several cells have an agent of that id
   */
  static Target of(RevivalEngine engine, Optional<String> cell, Optional<String> agent)
      throws ProblemException {
    if (cell.isPresent()) {
      return new Target(cellId(cell.get()), agent);
    }
    if (agent.isEmpty()) {
      throw ProblemException.of(Problem.BAD_REQUEST, "agent: missing, expected agent or cell");
    }
    List<AgentRef> found =
        engine.agents().stream().filter(known -> known.agentId().equals(agent.get())).toList();
    if (found.isEmpty()) {
      throw new NoSuchElementException(
          "there is no agent " + agent.get() + " in the cells of this pit");
    }
    if (found.size() > 1) {
      throw new IllegalStateException(
          "several cells have an agent %s, name the cell: %s"
              .formatted(
                  agent.get(),
                  found.stream()
                      .map(known -> known.cellId().toString())
                      .collect(Collectors.joining(", "))));
    }
    return new Target(found.get(0).cellId(), agent);
  }

  private static UUID cellId(String text) throws ProblemException {
    try {
      UUID id = UUID.fromString(text);
      if (id.toString().equalsIgnoreCase(text)) {
        return id;
      }
    } catch (IllegalArgumentException e) {
      // reported below, with the short forms that Java accepts
    }
    throw ProblemException.of(Problem.BAD_REQUEST, "cell: \"" + text + "\" is not a UUID");
  }

  /** Returns the agent. */
  AgentRef agent() {
    return new AgentRef(cellId, agentId.orElseThrow());
  }

  /** Returns the agents of the target. */
  List<AgentRef> agents(RevivalEngine engine) {
    List<AgentRef> agents =
        engine.agents().stream()
            .filter(known -> known.cellId().equals(cellId))
            .filter(known -> agentId.isEmpty() || agentId.get().equals(known.agentId()))
            .toList();
    if (agents.isEmpty()) {
      throw new NoSuchElementException(
          "cell " + cellId + " is not owned by this pit, or has no such agent");
    }
    return agents;
  }

  void give(Order<AgentRef> toAgent, Order<UUID> toCell) throws IOException {
    if (agentId.isPresent()) {
      toAgent.give(agent());
    } else {
      toCell.give(cellId);
    }
  }
}
