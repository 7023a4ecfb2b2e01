package org.lazaruspit.cell;

import java.nio.file.Path;

/** Whether an agent's checkpoint may be restored. */
public sealed interface CheckpointVerdict {

  /**
   * It is what was committed.
   *
   * @param ref the commit record
   * @param folder where {@code state.json}, {@code context.json} and {@code artifacts/} are
   */
  record Valid(CheckpointRef ref, Path folder) implements CheckpointVerdict {}

  /** The agent has none. */
  record Missing() implements CheckpointVerdict {}

  /**
   * There is one, but it must not be restored.
   *
   * @param reason what is wrong with it
   */
  record Invalid(String reason) implements CheckpointVerdict {}
}
