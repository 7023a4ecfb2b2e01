package org.lazaruspit.cell;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.lazaruspit.cell.internal.json.Seconds;

/**
 * Policies of a cell, combined from {@code policies.json}, {@code cell.json} and the defaults.
 * Immutable and thread-safe.
 *
 * @param autoRevive whether dead agents are revived automatically
 * @param reviveTimeout time for a revived agent to become healthy, in whole seconds
 * @param substituteAgents agents that take over if an agent cannot be revived, in order
 * @param handoffAllowed whether tasks may be handed over
 * @param handoffApproval whether an operator approves each hand-over
 * @param checkpointRequired whether an agent without a valid checkpoint stays dead
 * @param maxRetries number of attempts after the first, at least 0
 */
public record EffectivePolicies(
    AutoRevive autoRevive,
    Duration reviveTimeout,
    List<String> substituteAgents,
    boolean handoffAllowed,
    HandoffApproval handoffApproval,
    boolean checkpointRequired,
    int maxRetries) {

  /**
   * The defaults: ask, 300 s, no substitutes, no hand-over, manual approval, no checkpoint
   * required, three retries.
   */
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
   * Validates the components.
   *
   * @param autoRevive whether dead agents are revived automatically
   * @param reviveTimeout time for a revived agent to become healthy, in whole seconds
   * @param substituteAgents agents that take over if an agent cannot be revived, in order
   * @param handoffAllowed whether tasks may be handed over
   * @param handoffApproval whether an operator approves each hand-over
   * @param checkpointRequired whether an agent without a valid checkpoint stays dead
   * @param maxRetries number of attempts after the first, at least 0
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
