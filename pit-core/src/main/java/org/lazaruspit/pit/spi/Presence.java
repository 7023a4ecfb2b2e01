package org.lazaruspit.pit.spi;

import java.util.Optional;

/** Presence of an agent, from a reviver's own evidence. */
public sealed interface Presence {

  /**
   * The agent runs.
   *
   * @param running the running agent
   */
  record Running(RunningAgent running) implements Presence {}

  /**
   * The agent has ended, and processes of it are left. {@link Reviver#stop} ends them.
   *
   * @param exit the agent's end
   * @param remainder the rest in words
   */
  record Ended(AgentExit exit, String remainder) implements Presence {}

  /**
   * No process of the agent runs, as far as the reviver can know.
   *
   * @param evidence the evidence in words
   * @param exit the agent's end; empty if it was not observed
   */
  record Absent(String evidence, Optional<AgentExit> exit) implements Presence {

    /**
     * Makes an absence whose beginning was not observed.
     *
     * @param evidence the evidence in words
     */
    public Absent(String evidence) {
      this(evidence, Optional.empty());
    }

    /**
     * Makes an absence that began with an observed end.
     *
     * @param exit the agent's end
     */
    public Absent(AgentExit exit) {
      this(exit.detail(), Optional.of(exit));
    }
  }

  /**
   * The reviver has no evidence of either.
   *
   * @param reason the reason in words
   */
  record Unknown(String reason) implements Presence {}
}
