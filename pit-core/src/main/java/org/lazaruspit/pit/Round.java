package org.lazaruspit.pit;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.pit.Judge.Judgement;
import org.lazaruspit.pit.PitReport.AgentLine;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.lazaruspit.pit.spi.Reviver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One round of the loop over the cells at hand: look, probe in bulk, judge, act, report. A fault in
 * one agent never stops the round. Used by the loop's thread alone.
 */
final class Round {

  private static final Logger log = LoggerFactory.getLogger(Round.class);

  private final PitConfig config;
  private final Reviver reviver;
  private final Probes probes;
  private final Targets targets;
  private final RevivalEngine engine;
  private final AgentWatch watch;
  private final InstantSource clock;
  private final Once trouble = new Once();

  Round(
      PitConfig config,
      Reviver reviver,
      Probes probes,
      Targets targets,
      RevivalEngine engine,
      AgentWatch watch,
      InstantSource clock) {
    this.config = config;
    this.reviver = reviver;
    this.probes = probes;
    this.targets = targets;
    this.engine = engine;
    this.watch = watch;
    this.clock = clock;
  }

  /**
   * What one look at an agent has shown. The incarnation is read before the evidence: what is seen
   * afterwards may speak of a later one, and is then dropped by the engine.
   */
  private record Look(
      CellWork work, String agentId, ProbeTarget target, @Nullable Presence presence) {

    String label() {
      return work.label(agentId);
    }
  }

  PitReport run(List<CellWork> works) throws InterruptedException {
    List<Look> looks = new ArrayList<>();
    List<AgentLine> lines = new ArrayList<>();
    for (CellWork work : works) {
      engine.requests().reconcile(work);
      for (AgentSpec agent : work.cell().agents().values()) {
        Optional<Bar> bar = work.bar(agent.agentId(), clock.instant());
        if (bar.isEmpty() || bar.get().kind().watched()) {
          look(work, agent).ifPresent(looks::add);
        } else {
          engine.enforceStop(work, agent.agentId());
          lines.add(barred(work, agent, bar.get()));
        }
      }
    }
    Map<AgentRef, ProbeResult> results = probes.ask(probeTargets(looks));
    for (Look look : looks) {
      lines.add(judge(look, Optional.ofNullable(results.get(look.target().agent()))));
    }
    return new PitReport(clock.instant(), works.size(), lines);
  }

  private Optional<Look> look(CellWork work, AgentSpec agent) throws InterruptedException {
    try {
      ProbeTarget target = targets.target(work, agent.agentId());
      boolean reviving =
          work.ledger()
              .of(agent.agentId())
              .openRevival()
              .filter(revival -> revival.attempt() > 0 || revival.status().underWay())
              .isPresent();
      if (reviving) {
        return Optional.of(new Look(work, agent.agentId(), target, null));
      }
      Presence presence = reviver.presence(target.agent());
      follow(work, presence);
      trouble.over(target.agent());
      return Optional.of(new Look(work, agent.agentId(), target, presence));
    } catch (IOException | RuntimeException e) {
      if (trouble.changed(work.ref(agent.agentId()), String.valueOf(e.getMessage()))) {
        log.warn("{}: cannot be looked at: {}", work.label(agent.agentId()), e.getMessage());
      }
      return Optional.empty();
    }
  }

  private void follow(CellWork work, Presence presence) {
    if (presence instanceof Presence.Running found && watch.follow(found.running())) {
      log.info(
          "{}: runs as incarnation {} ({}), adopted",
          work.label(found.running().agent().agentId()),
          found.running().incarnation(),
          found.running().description());
    }
  }

  /**
   * One question a key and gateway: a second agent under the same key is nobody's business here.
   */
  private List<ProbeTarget> probeTargets(List<Look> looks) {
    Set<String> asked = new HashSet<>();
    List<ProbeTarget> questions = new ArrayList<>();
    for (Look look : looks) {
      ProbeTarget target = look.target();
      if (target.gateway().isEmpty() || look.presence() == null) {
        continue;
      }
      if (asked.add(target.gateway().get().uri() + " " + target.key())) {
        questions.add(target);
      } else if (trouble.changed(target, "key")) {
        log.warn(
            "{}: another agent is called {} at gateway {}, so this one is not judged",
            look.label(),
            target.key(),
            target.gateway().get().name());
      }
    }
    return questions;
  }

  private AgentLine judge(Look look, Optional<ProbeResult> result) throws InterruptedException {
    Presence presence = look.presence();
    if (presence == null) {
      return line(look, false, "being revived", result);
    }
    if (look.target().gateway().isPresent() && result.isEmpty()) {
      return line(look, false, "not judged", result);
    }
    Judgement judgement =
        Judge.judge(look.target().incarnation(), presence, result, startable(look));
    act(look, judgement);
    boolean healthy =
        judgement instanceof Judgement.Alive
            && result.map(found -> found.verdict() == ProbeResult.Verdict.HEALTHY).orElse(true);
    return line(look, healthy, judgement.words(), result);
  }

  private boolean startable(Look look) {
    AgentSpec agent = look.work().cell().agents().get(look.agentId());
    return !reviver.needsLauncher()
        || (agent != null && config.launcherFor(agent.launcher()).isPresent());
  }

  private void act(Look look, Judgement judgement) throws InterruptedException {
    if (judgement instanceof Judgement.Held held) {
      hold(look, held);
      return;
    }
    if (trouble.over(look.label())) {
      log.info("{}: no longer held", look.label());
    }
    if (judgement instanceof Judgement.Unregistered unregistered) {
      log.info("{}: registered again, {}", look.label(), unregistered.detail());
      probes.register(look.target());
    } else if (judgement instanceof Judgement.Dead dead) {
      engine.holds().dead(look.target().agent());
      request(look, dead.cause(), dead.evidence());
    } else if (judgement instanceof Judgement.Alive alive && alive.proven()) {
      alive(look, alive);
    }
  }

  private void hold(Look look, Judgement.Held held) {
    if (trouble.changed(look.label(), held.reason())) {
      log.warn("{}: {}", look.label(), held.words());
    }
    if (held.cause().shared()) {
      String gateway =
          look.target().gateway().map(found -> "gateway " + found.name()).orElse("the fleet");
      engine.holds().held(look.target().agent(), gateway);
    } else {
      request(look, held.cause(), held.reason());
    }
  }

  private void alive(Look look, Judgement.Alive alive) {
    try {
      engine.requests().alive(look.work(), look.target().agent(), alive.words());
    } catch (IOException | RuntimeException e) {
      log.error("{}: alive, which could not be written down", look.label(), e);
    }
  }

  private void request(Look look, Cause cause, String evidence) {
    try {
      engine.request(look.target().agent(), look.target().incarnation(), cause, evidence);
    } catch (IOException | RuntimeException e) {
      log.error("{}: dead, but nothing is done: {}", look.label(), e.getMessage());
    }
  }

  /** Who is not to be worked on is not asked after, and shown. */
  private static AgentLine barred(CellWork work, AgentSpec agent, Bar bar) {
    return new AgentLine(
        work.ref(agent.agentId()),
        Optional.ofNullable(agent.gateway()),
        false,
        work.ledger().incarnation(agent.agentId()),
        bar.words(),
        Optional.empty());
  }

  private static AgentLine line(
      Look look, boolean healthy, String judgement, Optional<ProbeResult> result) {
    ProbeTarget target = look.target();
    Optional<Duration> took = result.map(ProbeResult::responseTime);
    return new AgentLine(
        target.agent(),
        target.gateway().map(gateway -> gateway.name()),
        healthy,
        target.incarnation(),
        judgement,
        took);
  }
}
