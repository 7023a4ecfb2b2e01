package org.lazaruspit.cell;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.internal.json.Seconds;

/**
 * The {@code policies} object of {@code cell.json}. A field that is absent is {@code null} and
 * falls through to the pit's configuration.
 *
 * @param autoRevive whether dead agents are revived unasked
 * @param handoffAllowed whether tasks may be handed over
 * @param checkpointInterval how often agents are expected to save a checkpoint, 300 s by default
 */
public record CellPolicies(
    @Nullable AutoRevive autoRevive,
    @Nullable Boolean handoffAllowed,
    Duration checkpointInterval) {

  /** The expected time between two checkpoints where a cell names none: 300 s. */
  public static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofMinutes(5);

  /** Nothing said: everything falls through. */
  public static final CellPolicies ABSENT =
      new CellPolicies(null, null, DEFAULT_CHECKPOINT_INTERVAL);

  /**
   * Checks what is given.
   *
   * @param autoRevive whether dead agents are revived unasked
   * @param handoffAllowed whether tasks may be handed over
   * @param checkpointInterval how often agents are expected to save a checkpoint, 300 s by default
   */
  public CellPolicies {
    Seconds.require("checkpoint_interval", checkpointInterval);
  }
}
