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

/** Says why: from the same rules that act, asked without acting. Thread-safe. */
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
   * @param judgement what the last round found; empty before it was looked at
   */
  public Explanation explain(OwnedCell work, String agentId, Optional<String> judgement) {
    AgentHistory history = work.ledger().of(agentId);
    return new Explanation(
        work.ref(agentId),
        evidence(history, judgement),
        rules(work, agentId, history),
        next(work, agentId, history, judgement));
  }

  private static List<String> evidence(AgentHistory history, Optional<String> judgement) {
    List<String> evidence = new ArrayList<>();
    judgement.ifPresent(words -> evidence.add("the last poll found it " + words));
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
                  "it was asked for at %s (%s): %s"
                      .formatted(latest.requestedAt(), latest.cause().wireName(), latest.reason()));
            });
    history
        .failedStarts()
        .forEach(
            (hash, times) ->
                evidence.add(
                    "starting with checkpoint %.12s has failed %d times".formatted(hash, times)));
    return evidence;
  }

  private List<String> rules(OwnedCell work, String agentId, AgentHistory history) {
    EffectivePolicies policies = work.cell().effectivePolicies(config.defaultPolicies());
    PitConfig.Limits limits = config.limits();
    Instant now = clock.instant();
    Duration window = limits.perAgentWindow();
    List<String> rules = new ArrayList<>();
    work.blocker(agentId, now).ifPresent(bar -> rules.add("in the way: " + bar.reason()));
    rules.add("auto_revive is " + policies.autoRevive().wireName());
    rules.add("its incarnation is " + history.incarnation());
    rules.add(
        "budget: came back %d of %d times within %d s"
            .formatted(
                history.returns(now, window), limits.revivalsPerAgent(), window.toSeconds()));
    history
        .openRevival()
        .ifPresent(
            open ->
                rules.add(
                    "attempts: %d of %d begun"
                        .formatted(open.attempt(), 1 + policies.maxRetries())));
    dispatcher.gate(work.ref(agentId)).ifPresent(rules::add);
    return rules;
  }

  private String next(
      OwnedCell work, String agentId, AgentHistory history, Optional<String> judgement) {
    Optional<Revival> open = history.openRevival();
    if (open.isPresent()) {
      Attempt attempt = new Attempt(work, open.get(), open.get().attempt());
      Decision decision = dispatcher.decide(attempt);
      return dispatcher
          .gate(work.ref(agentId))
          .filter(reason -> decision instanceof Decision.Begin)
          .orElseGet(decision::why);
    }
    Optional<RevivalBlocker> bar = work.blocker(agentId, clock.instant());
    if (bar.isPresent()) {
      return "nothing, until somebody changes what is in the way: " + bar.get().reason();
    }
    return history
        .latest()
        .filter(latest -> latest.status() == RevivalStatus.DENIED)
        .filter(latest -> latest.incarnation() == history.incarnation())
        .map(latest -> "nothing: a person said no to this incarnation")
        .orElseGet(
            () ->
                judgement.isPresent()
                    ? "it is looked at again at the next poll"
                    : "it is looked at for the first time at the next poll");
  }
}
