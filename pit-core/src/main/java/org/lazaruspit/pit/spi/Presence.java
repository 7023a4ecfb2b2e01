package org.lazaruspit.pit.spi;

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
   */
  record Absent(String evidence) implements Presence {}

  /**
   * This reviver cannot tell.
   *
   * @param reason why not
   */
  record Unknown(String reason) implements Presence {}
}
