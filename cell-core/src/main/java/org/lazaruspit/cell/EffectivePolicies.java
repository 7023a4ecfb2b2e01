package org.lazaruspit.cell;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.lazaruspit.cell.internal.json.Seconds;

/**
 * What holds for a cell after {@code policies.json}, {@code cell.json} and the defaults were
 * combined. Immutable and thread-safe.
 *
 * @param autoRevive whether dead agents are revived unasked
 * @param reviveTimeout how long a revived agent has to become healthy
 * @param substituteAgents who takes over when an agent cannot be revived, in order
 * @param handoffAllowed whether tasks may be handed over at all
 * @param handoffApproval whether a person approves each hand-over
 * @param checkpointRequired whether an agent without a valid checkpoint stays dead
 * @param maxRetries how many attempts follow the first
 */
public record EffectivePolicies(
    AutoRevive autoRevive,
    Duration reviveTimeout,
    List<String> substituteAgents,
    boolean handoffAllowed,
    HandoffApproval handoffApproval,
    boolean checkpointRequired,
    int maxRetries) {

  /** What holds where nobody says anything: ask, 300 s, no hand-over, three retries. */
  public static final EffectivePolicies DEFAULTS =
      new EffectivePolicies(
          AutoRevive.ASK,
          Duration.ofMinutes(5),
          List.of(),
          false,
          HandoffApproval.MANUAL,
          false,
          3);

  /**
   * Checks what is given.
   *
   * @param autoRevive whether dead agents are revived unasked
   * @param reviveTimeout how long a revived agent has to become healthy
   * @param substituteAgents who takes over when an agent cannot be revived, in order
   * @param handoffAllowed whether tasks may be handed over at all
   * @param handoffApproval whether a person approves each hand-over
   * @param checkpointRequired whether an agent without a valid checkpoint stays dead
   * @param maxRetries how many attempts follow the first
   */
  public EffectivePolicies {
    Objects.requireNonNull(autoRevive, "autoRevive");
    Objects.requireNonNull(handoffApproval, "handoffApproval");
    Seconds.require("revive_timeout", reviveTimeout);
    substituteAgents = List.copyOf(substituteAgents);
    if (maxRetries < 0) {
      throw new IllegalArgumentException("max_retries: " + maxRetries + " is negative");
    }
  }
}
