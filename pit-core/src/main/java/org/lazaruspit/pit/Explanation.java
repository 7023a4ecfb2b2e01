package org.lazaruspit.pit;

import java.util.List;
import java.util.Objects;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * Why an agent is where it is. In words, for people. Immutable and thread-safe.
 *
 * @param agent who
 * @param evidence what was seen of it, newest first
 * @param rules the rules that bear on it now, each with the numbers that it compares
 * @param next what will happen next, and what it waits for
 */
public record Explanation(AgentRef agent, List<String> evidence, List<String> rules, String next) {

  /** Copies the lists. */
  @SuppressWarnings("doclint:missing") // the record says it
  public Explanation {
    Objects.requireNonNull(agent, "agent");
    evidence = List.copyOf(evidence);
    rules = List.copyOf(rules);
    Objects.requireNonNull(next, "next");
  }
}
