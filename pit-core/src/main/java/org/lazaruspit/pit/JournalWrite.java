package org.lazaruspit.pit;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Write of lines to a cell's journal, with one fsync. Immutable and thread-safe.
 *
 * @param cellId the cell
 * @param lines the number of lines; 1 or more
 * @param took the time until the lines were on disk, or the write had failed
 * @param failure the reason of a failure, after which the journal has none of the lines; empty
 *     after a success
 */
public record JournalWrite(UUID cellId, int lines, Duration took, Optional<String> failure) {

  /** Rejects null components. */
  @SuppressWarnings("doclint:missing") // the record says it
  public JournalWrite {
    Objects.requireNonNull(cellId, "cellId");
    Objects.requireNonNull(took, "took");
    Objects.requireNonNull(failure, "failure");
  }
}
