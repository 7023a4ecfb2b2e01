package org.lazaruspit.pit;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Lines were written to a cell's journal with one fsync, or could not be. Immutable and
 * thread-safe.
 *
 * @param cellId the cell
 * @param lines how many, one or more
 * @param took how long it took until they were on the disk, or the attempt had failed
 * @param failure why it failed: then none of them is there; empty where all is well
 */
public record JournalWrite(UUID cellId, int lines, Duration took, Optional<String> failure) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public JournalWrite {
    Objects.requireNonNull(cellId, "cellId");
    Objects.requireNonNull(took, "took");
    Objects.requireNonNull(failure, "failure");
  }
}
