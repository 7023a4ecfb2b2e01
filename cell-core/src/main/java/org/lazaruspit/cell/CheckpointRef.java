package org.lazaruspit.cell;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.lazaruspit.cell.internal.json.Hashes;

/**
 * Commit record of a checkpoint, in the agent's file: the agent's checkpoint folder is valid if and
 * only if it matches this record. Immutable and thread-safe.
 *
 * @param lastCheckpoint instant of the save
 * @param contextHash SHA-256 in lower-case hexadecimal digits of {@code context.json}
 * @param artifacts names of the files under {@code artifacts/}
 */
public record CheckpointRef(Instant lastCheckpoint, String contextHash, List<String> artifacts) {

  /**
   * Validates the components.
   *
   * @param lastCheckpoint instant of the save
   * @param contextHash SHA-256 in lower-case hexadecimal digits of {@code context.json}
   * @param artifacts names of the files under {@code artifacts/}
   */
  public CheckpointRef {
    Objects.requireNonNull(lastCheckpoint, "lastCheckpoint");
    if (!Hashes.isValid(contextHash)) {
      throw new IllegalArgumentException(
          "context_hash: \"" + contextHash + "\" is not 64 lower-case hexadecimal digits");
    }
    artifacts = List.copyOf(artifacts);
  }
}
