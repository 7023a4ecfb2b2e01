package org.lazaruspit.cell;

import java.nio.file.Path;

/** Result of verifying an agent's checkpoint. Immutable and thread-safe. */
public sealed interface CheckpointVerdict {

  /**
   * The checkpoint is the committed one and may be restored.
   *
   * @param ref the commit record
   * @param folder the folder with {@code state.json}, {@code context.json} and {@code artifacts/}
   * @param identity SHA-256 of the whole content, 64 lower-case hexadecimal digits: equal for two
   *     checkpoints if state, context and all artifacts are
   */
  record Valid(CheckpointRef ref, Path folder, String identity) implements CheckpointVerdict {}

  /** The agent has no checkpoint. */
  record Missing() implements CheckpointVerdict {}

  /**
   * The checkpoint must not be restored.
   *
   * @param reason why the checkpoint is invalid
   */
  record Invalid(String reason) implements CheckpointVerdict {}
}
