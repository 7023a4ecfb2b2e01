package org.lazaruspit.cell;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.internal.json.Identifiers;
import org.lazaruspit.cell.internal.json.Seconds;

/**
 * The content of {@code config/policies.json}. A field that is {@code null} falls through to {@code
 * cell.json}, then to the pit's configuration. Immutable and thread-safe.
 *
 * @param autoRevive whether dead agents are revived automatically
 * @param reviveTimeout time for a revived agent to become healthy, in whole seconds
 * @param substituteAgents agents that take over if an agent cannot be revived, in order
 * @param handoffAllowed whether tasks may be handed over
 * @param handoffApproval whether an operator approves each hand-over
 * @param checkpointRequired whether an agent without a valid checkpoint stays dead
 * @param maxRetries number of attempts after the first, at least 0
 */
public record RevivalPolicies(
    @Nullable AutoRevive autoRevive,
    @Nullable Duration reviveTimeout,
    @Nullable List<String> substituteAgents,
    @Nullable Boolean handoffAllowed,
    @Nullable HandoffApproval handoffApproval,
    @Nullable Boolean checkpointRequired,
    @Nullable Integer maxRetries) {

  /** No policies: every field falls through. */
  public static final RevivalPolicies ABSENT =
      new RevivalPolicies(null, null, null, null, null, null, null);

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
  public RevivalPolicies {
    if (reviveTimeout != null) {
      Seconds.require("revive_timeout", reviveTimeout);
    }
    if (substituteAgents != null) {
      substituteAgents = List.copyOf(substituteAgents);
      substituteAgents.forEach(agent -> Identifiers.require("substitute_agents", agent));
    }
    if (maxRetries != null && maxRetries < 0) {
      throw new IllegalArgumentException("max_retries: " + maxRetries + " is negative");
    }
  }

  /**
   * Combines these policies with those of {@code cell.json} and the defaults, in this order of
   * precedence.
   *
   * @param cell the policies of {@code cell.json}
   * @param defaults policies for fields that neither file has
   * @return the combined policies
   */
  public EffectivePolicies effective(CellPolicies cell, EffectivePolicies defaults) {
    return new EffectivePolicies(
        first(autoRevive, cell.autoRevive(), defaults.autoRevive()),
        first(reviveTimeout, null, defaults.reviveTimeout()),
        first(substituteAgents, null, defaults.substituteAgents()),
        first(handoffAllowed, cell.handoffAllowed(), defaults.handoffAllowed()),
        first(handoffApproval, null, defaults.handoffApproval()),
        first(checkpointRequired, null, defaults.checkpointRequired()),
        first(maxRetries, null, defaults.maxRetries()));
  }

  private static <T> T first(@Nullable T own, @Nullable T cell, T otherwise) {
    if (own != null) {
      return own;
    }
    return cell != null ? cell : otherwise;
  }
}
