package org.lazaruspit.cell;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.internal.json.Seconds;

/**
 * The {@code policies} object of {@code cell.json}. A field that is {@code null} falls through to
 * the pit's configuration. Immutable and thread-safe.
 *
 * @param autoRevive whether dead agents are revived automatically
 * @param handoffAllowed whether tasks may be handed over
 * @param checkpointInterval expected time between checkpoints in whole seconds, 300 s by default
 */
public record CellPolicies(
    @Nullable AutoRevive autoRevive,
    @Nullable Boolean handoffAllowed,
    Duration checkpointInterval) {

  /** Default of {@link #checkpointInterval()}: 300 s. */
  public static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofMinutes(5);

  /** No policies: every field falls through. */
  public static final CellPolicies ABSENT =
      new CellPolicies(null, null, DEFAULT_CHECKPOINT_INTERVAL);

  /**
   * Validates the components.
   *
   * @param autoRevive whether dead agents are revived automatically
   * @param handoffAllowed whether tasks may be handed over
   * @param checkpointInterval expected time between checkpoints in whole seconds, 300 s by default
   */
  public CellPolicies {
    Seconds.require("checkpoint_interval", checkpointInterval);
  }
}
