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
    long seq, Instant at, OptionalLong epoch, boolean dryRun, JournalEvent event) {}
