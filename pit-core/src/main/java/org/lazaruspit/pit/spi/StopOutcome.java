package org.lazaruspit.pit.spi;

/** Outcome of a stop. */
public sealed interface StopOutcome {

  /**
   * Proven: no process of the agent is left.
   *
   * @param evidence the proof in words
   */
  record Gone(String evidence) implements StopOutcome {}

  /**
   * A process of the agent is left, or its absence cannot be proven: no other may be started.
   *
   * @param reason the rest, or the reason why there is no proof
   */
  record StillThere(String reason) implements StopOutcome {}

  /**
   * A newer incarnation runs than the order allows to stop, and was left alone.
   *
   * @param incarnation the running incarnation
   */
  record TooOld(long incarnation) implements StopOutcome {}
}
