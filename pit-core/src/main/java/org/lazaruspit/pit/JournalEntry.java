package org.lazaruspit.pit;

import java.time.Instant;

/**
 * One line of a cell's journal. Immutable and thread-safe.
 *
 * @param seq its number in this journal, from 1, without gaps
 * @param at when it was written
 * @param event what happened
 */
record JournalEntry(long seq, Instant at, RevivalEvent event) {}
