package org.lazaruspit.cell;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.lazaruspit.cell.internal.json.Hashes;

/**
 * The commit record of a checkpoint, kept in the agent's file: what stands under the agent's
 * checkpoint folder is a checkpoint exactly when it fits this. Immutable and thread-safe.
 *
 * @param lastCheckpoint when it was saved
 * @param contextHash lower-case hexadecimal SHA-256 of {@code context.json}
 * @param artifacts names of the files under {@code artifacts/}
 */
public record CheckpointRef(Instant lastCheckpoint, String contextHash, List<String> artifacts) {

  /**
   * Checks what is given.
   *
   * @param lastCheckpoint when it was saved
   * @param contextHash lower-case hexadecimal SHA-256 of {
   * @param artifacts names of the files under {
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
