package org.lazaruspit.pit.spi;

import java.util.Optional;

/** What a reviver knows about an agent being there, from its own evidence. */
public sealed interface Presence {

  /**
   * Something of the agent runs.
   *
   * @param running what runs
   */
  record Running(RunningAgent running) implements Presence {}

  /**
   * Proven: nothing of the agent runs on this machine.
   *
   * @param evidence the proof in words
   * @param exit how it ended; empty where that was not seen
   */
  record Absent(String evidence, Optional<AgentExit> exit) implements Presence {

    /**
     * An absence whose beginning was not seen.
     *
     * @param evidence the proof in words
     */
    public Absent(String evidence) {
      this(evidence, Optional.empty());
    }

    /**
     * An absence that began with this end.
     *
     * @param exit how it ended
     */
    public Absent(AgentExit exit) {
      this(exit.detail(), Optional.of(exit));
    }
  }

  /**
   * This reviver cannot tell.
   *
   * @param reason why not
   */
  record Unknown(String reason) implements Presence {}
}
