package org.lazaruspit.pit.spi;

import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * An agent that a reviver holds in its hand. Immutable and thread-safe.
 *
 * @param agent who
 * @param incarnation which incarnation of it runs; 0 where that cannot be told
 * @param description what it is, for people, for example {@code pid 4711}
 * @param exit completes once when nothing of the agent is left: at once where the reviver can tell,
 *     and at the latest when it has said {@link Presence.Absent}; never completes exceptionally,
 *     and is the same for as long as this agent runs. The completing thread belongs to the reviver:
 *     hand over at once, don't work on it
 */
public record RunningAgent(
    AgentRef agent, long incarnation, String description, CompletionStage<AgentExit> exit) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public RunningAgent {
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(exit, "exit");
  }
}
