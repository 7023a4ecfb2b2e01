package org.lazaruspit.pit;

import java.util.List;
import java.util.Objects;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * Explanation of an agent's state, as text for operators. Immutable and thread-safe.
 *
 * @param agent the agent
 * @param evidence the evidence, newest first
 * @param rules the rules that apply now, each with the numbers that it compares
 * @param next the next action, and the condition that it waits for
 */
public record Explanation(AgentRef agent, List<String> evidence, List<String> rules, String next) {

  /** Copies the lists; rejects null components. */
  @SuppressWarnings("doclint:missing") // the record says it
  public Explanation {
    Objects.requireNonNull(agent, "agent");
    evidence = List.copyOf(evidence);
    rules = List.copyOf(rules);
    Objects.requireNonNull(next, "next");
  }
}
