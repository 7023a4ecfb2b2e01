package org.lazaruspit.pit.internal.revival;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lazaruspit.cell.EffectivePolicies;
import org.lazaruspit.pit.Explanation;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.ledger.AgentHistory;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.internal.revival.RevivalPlanner.Decision;

/** Explains the state of an agent by the rules of the planner, without effects. Thread-safe. */
public final class Explainer {

  private final PitConfig config;
  private final InstantSource clock;
  private final RevivalDispatcher dispatcher;

  public Explainer(PitConfig config, InstantSource clock, RevivalDispatcher dispatcher) {
    this.config = config;
    this.clock = clock;
    this.dispatcher = dispatcher;
  }

  /**
   * Explains one agent.
   *
   * @param judgement the judgement of the last round; empty before the first
   */
  public Explanation explain(OwnedCell owned, String agentId, Optional<String> judgement) {
    AgentHistory history = owned.ledger().of(agentId);
    return new Explanation(
        owned.ref(agentId),
        evidence(history, judgement),
        rules(owned, agentId, history),
        next(owned, agentId, history, judgement));
  }

  private static List<String> evidence(AgentHistory history, Optional<String> judgement) {
    List<String> evidence = new ArrayList<>();
    judgement.ifPresent(found -> evidence.add("judgement of the last round: " + found));
    history
        .latest()
        .ifPresent(
            latest -> {
              evidence.add(
                  "revival %s is %s since %s: %s"
                      .formatted(
                          latest.id(),
                          latest.status().wireName(),
                          latest.changedAt(),
                          latest.detail()));
              evidence.add(
                  "requested at %s (%s): %s"
                      .formatted(latest.requestedAt(), latest.cause().wireName(), latest.reason()));
            });
    history
        .failedStarts()
        .forEach(
            (hash, times) ->
                evidence.add("failed starts with checkpoint %.12s: %d".formatted(hash, times)));
    return evidence;
  }

  private List<String> rules(OwnedCell owned, String agentId, AgentHistory history) {
    EffectivePolicies policies = owned.cell().effectivePolicies(config.defaultPolicies());
    PitConfig.Limits limits = config.limits();
    Instant now = clock.instant();
    Duration window = limits.perAgentWindow();
    List<String> rules = new ArrayList<>();
    owned.blocker(agentId, now).ifPresent(blocker -> rules.add("blocked: " + blocker.reason()));
    rules.add("auto_revive is " + policies.autoRevive().wireName());
    rules.add("its incarnation is " + history.incarnation());
    rules.add(
        "budget: revived %d of %d times within %d s"
            .formatted(
                history.returns(now, window), limits.revivalsPerAgent(), window.toSeconds()));
    history
        .openRevival()
        .ifPresent(
            open ->
                rules.add(
                    "attempts: %d of %d begun"
                        .formatted(open.attempt(), 1 + policies.maxRetries())));
    dispatcher.gate(owned.ref(agentId)).ifPresent(rules::add);
    return rules;
  }

  private String next(
      OwnedCell owned, String agentId, AgentHistory history, Optional<String> judgement) {
    Optional<Revival> open = history.openRevival();
    if (open.isPresent()) {
      Attempt attempt = new Attempt(owned, open.get(), open.get().attempt());
      Decision decision = dispatcher.decide(attempt);
      return dispatcher
          .gate(owned.ref(agentId))
          .filter(reason -> decision instanceof Decision.Begin)
          .orElseGet(decision::why);
    }
    Optional<RevivalBlocker> blocker = owned.blocker(agentId, clock.instant());
    if (blocker.isPresent()) {
      return "nothing while blocked: " + blocker.get().reason();
    }
    return history
        .latest()
        .filter(latest -> latest.status() == RevivalStatus.DENIED)
        .filter(latest -> latest.incarnation() == history.incarnation())
        .map(latest -> "nothing: an operator said no to this incarnation")
        .orElseGet(
            () ->
                judgement.isPresent()
                    ? "is judged again in the next round"
                    : "is judged for the first time in the next round");
  }
}
