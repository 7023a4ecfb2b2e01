package org.lazaruspit.pit.spi;

import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.lazaruspit.cell.Incarnation;

/**
 * Agent that a reviver has started or adopted. Immutable and thread-safe.
 *
 * @param agent the agent
 * @param incarnation the incarnation that runs, up to {@link Incarnation#MAX}; 0 if unknown
 * @param description a description for display, for example {@code pid 4711}
 * @param exit completes once the agent has ended, that is its first process: at once if the reviver
 *     notices it, and at the latest before a result of {@link Presence.Ended} or {@link
 *     Presence.Absent}. Processes that it started may be left. Never completes exceptionally, and
 *     is the same while this agent runs. The completing thread belongs to the reviver and must not
 *     be blocked
 */
public record RunningAgent(
    AgentRef agent, long incarnation, String description, CompletionStage<AgentExit> exit) {

  /** Checks that no component is null, and that the incarnation is in its range. */
  @SuppressWarnings("doclint:missing") // documented at the record
  public RunningAgent {
    Objects.requireNonNull(agent, "agent");
    Incarnation.require(incarnation);
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(exit, "exit");
  }
}
