package org.lazaruspit.pit.internal.revival;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lazaruspit.cell.CheckpointVerdict;
import org.lazaruspit.cell.Checkpoints;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoint for the start of an agent. Immutable.
 *
 * @param folder the verified checkpoint; empty for a fresh start
 * @param hash its hash; empty for a fresh start
 * @param description the choice with its reason, for the journal
 */
record CheckpointChoice(Optional<Path> folder, Optional<String> hash, String description) {

  private static final Logger log = LoggerFactory.getLogger(CheckpointChoice.class);
  private static final int SHORT_HASH = 12;

  /** Commits a prepared checkpoint, verifies the stored ones, and chooses by failed starts. */
  static CheckpointChoice of(Attempt attempt) throws IOException {
    Checkpoints checkpoints = Checkpoints.of(attempt.cell().directory());
    try {
      checkpoints.commitPending(attempt.agentId());
    } catch (IOException e) {
      log.warn("{}: prepared checkpoint not committed: {}", attempt.label(), e.getMessage());
    }
    CheckpointVerdict newest = checkpoints.verify(attempt.agentId());
    if (newest instanceof CheckpointVerdict.Missing) {
      return fresh("there is no checkpoint");
    }
    List<CheckpointVerdict.Valid> valid = new ArrayList<>();
    if (newest instanceof CheckpointVerdict.Valid first) {
      valid.add(first);
    }
    if (valid.isEmpty() || failed(attempt, valid.get(0)) > 0) {
      checkpoints.previous(attempt.agentId()).ifPresent(valid::add);
    }
    int chosen =
        RevivalPlanner.checkpoint(valid.stream().map(each -> failed(attempt, each)).toList());
    String why = why(newest, valid, chosen);
    return chosen < 0 ? fresh(why) : with(valid.get(chosen), why);
  }

  private static int failed(Attempt attempt, CheckpointVerdict.Valid checkpoint) {
    return attempt.cell().ledger().of(attempt.agentId()).failedStarts(checkpoint.identity());
  }

  private static String why(
      CheckpointVerdict newest, List<CheckpointVerdict.Valid> valid, int chosen) {
    boolean invalid = newest instanceof CheckpointVerdict.Invalid;
    if (chosen == 0 && !invalid) {
      return "checkpoint verified";
    }
    String reason =
        newest instanceof CheckpointVerdict.Invalid broken
            ? "the newest checkpoint does not verify (" + broken.reason() + ")"
            : "starts with the newest checkpoint failed";
    if (chosen >= 0) {
      return reason + ", the previous checkpoint verified";
    }
    boolean triedPrevious = valid.size() > (invalid ? 0 : 1);
    return reason
        + (triedPrevious
            ? ", starts with the previous checkpoint failed"
            : ", there is no other checkpoint");
  }

  private static CheckpointChoice fresh(String why) {
    return new CheckpointChoice(Optional.empty(), Optional.empty(), "fresh: " + why);
  }

  private static CheckpointChoice with(CheckpointVerdict.Valid checkpoint, String why) {
    String hash = checkpoint.identity();
    return new CheckpointChoice(
        Optional.of(checkpoint.folder()),
        Optional.of(hash),
        "%s: of %s, SHA-256 %s"
            .formatted(
                why,
                checkpoint.ref().lastCheckpoint(),
                hash.substring(0, Math.min(SHORT_HASH, hash.length()))));
  }
}
