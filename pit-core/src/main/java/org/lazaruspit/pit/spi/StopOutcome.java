package org.lazaruspit.pit.spi;

import org.lazaruspit.cell.Incarnation;

/** Outcome of a stop. */
public sealed interface StopOutcome {

  /**
   * No process of the agent is left, as far as the reviver can know.
   *
   * @param evidence the proof in words
   * @param proven false if a process may have escaped all evidence; the words then say so
   */
  record Gone(String evidence, boolean proven) implements StopOutcome {

    /**
     * Makes a proven outcome.
     *
     * @param evidence the proof in words
     */
    public Gone(String evidence) {
      this(evidence, true);
    }
  }

  /**
   * A process of the agent is left, or the evidence cannot be read: no other may be started.
   *
   * @param reason the rest, or the reason why there is no evidence
   */
  record StillThere(String reason) implements StopOutcome {}

  /**
   * A newer incarnation runs than the order allows to stop, and was left alone.
   *
   * @param incarnation the running incarnation, 0 to {@link Incarnation#MAX}
   */
  record TooOld(long incarnation) implements StopOutcome {

    /** Checks that the incarnation is in its range. */
    @SuppressWarnings("doclint:missing") // documented at the record
    public TooOld {
      Incarnation.require(incarnation);
    }
  }
}
