package org.lazaruspit.pit.internal.journal;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * One line of a cell's journal. Immutable and thread-safe.
 *
 * @param seq its number in this journal, from 1, without gaps
 * @param at when it was written
 * @param epoch the fencing epoch of the owner that wrote it; empty in lines that carry none
 * @param dryRun whether it was only decided and nothing was done: such a line changes no state
 * @param event what happened
 */
public record JournalEntry(
    long seq, Instant at, OptionalLong epoch, boolean dryRun, JournalEvent event) {}
