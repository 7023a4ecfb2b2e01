package org.lazaruspit.pit.internal.journal;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * Line of a cell's journal. Immutable and thread-safe.
 *
 * @param seq number in this journal, from 1, without gaps
 * @param at time of writing
 * @param epoch the fencing epoch of the owner that wrote it; empty without fencing
 * @param dryRun whether the event was decided in a dry run; such a line changes no state
 * @param event the event
 */
public record JournalEntry(
    long seq, Instant at, OptionalLong epoch, boolean dryRun, JournalEvent event) {

  /** Largest number of a line: exact in every reader of JSON. */
  private static final long MAX_SEQ = (1L << 53) - 1;

  /** Checks the number. */
  @SuppressWarnings("doclint:missing") // the record documents it
  public JournalEntry {
    if (seq < 1 || seq > MAX_SEQ) {
      throw new IllegalArgumentException(
          "seq: " + seq + " is not a whole number from 1 to " + MAX_SEQ);
    }
  }
}
