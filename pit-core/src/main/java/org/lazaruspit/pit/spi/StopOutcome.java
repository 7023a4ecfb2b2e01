package org.lazaruspit.pit.spi;

/** How an attempt to stop an agent ended. */
public sealed interface StopOutcome {

  /**
   * Proven: nothing of the agent is left.
   *
   * @param evidence the proof in words
   */
  record Gone(String evidence) implements StopOutcome {}

  /**
   * Something of the agent is still there, or its absence cannot be proven: a reason not to start
   * another.
   *
   * @param reason what is left, or why nothing can be proven
   */
  record StillThere(String reason) implements StopOutcome {}

  /**
   * A newer incarnation runs than the order is for: nothing was done to it.
   *
   * @param incarnation the one that runs
   */
  record TooOld(long incarnation) implements StopOutcome {}
}
