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
 * Whom an order is about.
 *
 * @param cellId the cell
 * @param agentId the agent in it; empty for the whole cell
 */
record Target(UUID cellId, Optional<String> agentId) {

  /** An order to one or to all. */
  @FunctionalInterface
  interface Order<T> {
    void give(T to) throws IOException;
  }

  /**
   * Finds whom is meant. An agent's id alone will do where only one cell has it.
   *
   * @throws NoSuchElementException if there is none
   * @throws IllegalStateException if there are several
   */
  static Target of(RevivalEngine engine, Optional<String> cell, Optional<String> agent)
      throws ProblemException {
    if (cell.isPresent()) {
      return new Target(cellId(cell.get()), agent);
    }
    if (agent.isEmpty()) {
      throw ProblemException.of(
          Problem.BAD_REQUEST, "agent: missing, and so is cell: who is meant?");
    }
    List<AgentRef> found =
        engine.agents().stream().filter(known -> known.agentId().equals(agent.get())).toList();
    if (found.isEmpty()) {
      throw new NoSuchElementException(
          "no agent of a cell that this pit works is called " + agent.get());
    }
    if (found.size() > 1) {
      throw new IllegalStateException(
          "several cells have an agent %s, say which one: %s"
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
      // said below, as of those that Java is too lenient with
    }
    throw ProblemException.of(Problem.BAD_REQUEST, "cell: \"" + text + "\" is not a UUID");
  }

  /** The one agent. */
  AgentRef agent() {
    return new AgentRef(cellId, agentId.orElseThrow());
  }

  /** Everybody who is meant. */
  List<AgentRef> agents(RevivalEngine engine) {
    List<AgentRef> agents =
        engine.agents().stream()
            .filter(known -> known.cellId().equals(cellId))
            .filter(known -> agentId.isEmpty() || agentId.get().equals(known.agentId()))
            .toList();
    if (agents.isEmpty()) {
      throw new NoSuchElementException(
          "cell " + cellId + " is not worked by this pit, or has no agents");
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
