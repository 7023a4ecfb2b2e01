package org.lazaruspit.pit.internal.loop;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.PitReport.AgentLine;
import org.lazaruspit.pit.PitReport.Status;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.detection.FallbackHealthRegistry;
import org.lazaruspit.pit.internal.detection.GatewayKeys;
import org.lazaruspit.pit.internal.detection.GatewayPoller;
import org.lazaruspit.pit.internal.detection.GatewaySubscriptions;
import org.lazaruspit.pit.internal.detection.Judge;
import org.lazaruspit.pit.internal.detection.Judge.Judgement;
import org.lazaruspit.pit.internal.detection.ProbeTargets;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.internal.revival.LauncherResolver;
import org.lazaruspit.pit.internal.revival.Revivals;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.lazaruspit.pit.spi.Reviver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one round over the owned cells: observe, probe in bulk, judge, act, report. A failure of one
 * agent never stops the round. Confined to the loop's thread.
 */
public final class SupervisionRound {

  private static final Logger log = LoggerFactory.getLogger(SupervisionRound.class);
  private static final Comparator<AgentLine> BY_CELL_AND_ID =
      Comparator.comparing((AgentLine line) -> line.agent().cellId().toString())
          .thenComparing(line -> line.agent().agentId());

  private final LauncherResolver launchers;
  private final Reviver reviver;
  private final GatewayPoller poller;
  private final GatewaySubscriptions subscriptions;
  private final FallbackHealthRegistry fallback;
  private final Watchdog watchdog;
  private final ProbeTargets targets;
  private final GatewayKeys keys;
  private final Revivals revivals;
  private final ExitListener exits;
  private final InstantSource clock;
  private final OverdueScan overdues = new OverdueScan();
  private final LogOnChange trouble = new LogOnChange();
  private final LogOnChange refused = new LogOnChange();
  private final LogOnChange unwritten = new LogOnChange();

  public SupervisionRound(
      PitConfig config,
      Reviver reviver,
      GatewayPoller poller,
      GatewaySubscriptions subscriptions,
      FallbackHealthRegistry fallback,
      Watchdog watchdog,
      ProbeTargets targets,
      GatewayKeys keys,
      Revivals revivals,
      ExitListener exits,
      InstantSource clock) {
    this.launchers = new LauncherResolver(config);
    this.reviver = reviver;
    this.poller = poller;
    this.subscriptions = subscriptions;
    this.fallback = fallback;
    this.watchdog = watchdog;
    this.targets = targets;
    this.keys = keys;
    this.revivals = revivals;
    this.exits = exits;
    this.clock = clock;
  }

  /**
   * Observation of an agent; without a presence during a revival. The incarnation is read before
   * the evidence: evidence of a later incarnation is then dropped by the revivals.
   */
  private record Observation(
      OwnedCell owned, String agentId, ProbeTarget target, @Nullable Presence presence) {

    String label() {
      return owned.label(agentId);
    }

    /** Returns the begin of the failure: the exit, or the last heartbeat before a silence. */
    Optional<Instant> since(FailureCause cause, Optional<ProbeResult> result) {
      if (presence instanceof Presence.Absent absent && absent.exit().isPresent()) {
        return absent.exit().map(AgentExit::at);
      }
      if (presence instanceof Presence.Ended ended) {
        return Optional.of(ended.exit().at());
      }
      return cause == FailureCause.SILENCE
          ? result.flatMap(ProbeResult::lastHeartbeat)
          : Optional.empty();
    }
  }

  /** Runs a round over the cells, and returns its report. */
  public PitReport run(List<OwnedCell> cells) throws InterruptedException {
    List<Observation> observations = new ArrayList<>();
    List<AgentLine> lines = new ArrayList<>();
    for (OwnedCell owned : byCellId(cells)) {
      revivals.requests().reconcile(owned);
      for (AgentSpec agent : owned.cell().agents().values()) {
        Optional<RevivalBlocker> blocker = unwatched(owned, agent);
        if (blocker.isEmpty()) {
          observe(owned, agent, lines).ifPresent(observations::add);
        } else {
          revivals.enforceStop(owned, agent.agentId());
          lines.add(ReportLines.blocked(owned, agent, blocker.get()));
        }
      }
    }
    keys.save();
    updateTargets(observations);
    Map<AgentRef, ProbeResult> results = poller.probe(probeTargets(observations));
    List<ProbeTarget> unregistered = new ArrayList<>();
    for (Observation observation : observations) {
      ProbeResult result = results.get(observation.target().agent());
      lines.add(judge(observation, Optional.ofNullable(result), unregistered));
    }
    poller.register(unregistered);
    cells.forEach(this::checkOpenRevivals);
    lines.sort(BY_CELL_AND_ID);
    Instant now = clock.instant();
    return new PitReport(
        now, cells.size(), lines, overdues.find(cells.stream().map(OwnedCell::cell).toList(), now));
  }

  /**
   * Returns the blocker of an agent that is not observed; gives the agent its key otherwise. Of two
   * agents with one free key the first by cell id gets it.
   */
  private Optional<RevivalBlocker> unwatched(OwnedCell owned, AgentSpec agent) {
    AgentRef ref = owned.ref(agent.agentId());
    Optional<RevivalBlocker> blocker =
        owned
            .blocker(agent.agentId(), clock.instant())
            .filter(found -> !found.kind().watched())
            .or(() -> keys.take(ref, agent.gateway()));
    boolean isRefused = blocker.filter(it -> it.kind() == RevivalBlocker.Kind.KEY).isPresent();
    if (!isRefused) {
      refused.clear(ref);
    } else if (refused.isNew(ref, blocker.get().reason())) {
      log.warn("{}: refused: {}", ref, blocker.get().reason());
    }
    return blocker;
  }

  /** Reports to the watchdog whether the open revivals of a cell proceed. */
  private void checkOpenRevivals(OwnedCell owned) {
    for (Revival revival : owned.ledger().open()) {
      if (revivals.neglected(owned, revival)) {
        watchdog.neglected(revival.agent(), revival.incarnation());
      } else {
        watchdog.actedOn(revival.agent());
      }
    }
  }

  /** Updates the registry, the watchdog, the subscriptions and the heartbeat files. */
  private void updateTargets(List<Observation> observations) {
    List<ProbeTarget> all = observations.stream().map(Observation::target).toList();
    Set<AgentRef> agents = all.stream().map(ProbeTarget::agent).collect(Collectors.toSet());
    fallback.retain(agents);
    watchdog.retain(agents);
    subscriptions.listenTo(poller.byGateway(all).keySet());
    poller.watchFiles(all);
  }

  /** Sorts by the ids' text: the order of UUIDs takes half of them for negative numbers. */
  private static List<OwnedCell> byCellId(List<OwnedCell> cells) {
    return cells.stream().sorted(Comparator.comparing(owned -> owned.id().toString())).toList();
  }

  private Optional<Observation> observe(OwnedCell owned, AgentSpec agent, List<AgentLine> lines)
      throws InterruptedException {
    AgentRef ref = owned.ref(agent.agentId());
    try {
      ProbeTarget target = targets.target(owned, agent.agentId());
      boolean reviving =
          owned
              .ledger()
              .of(agent.agentId())
              .openRevival()
              .filter(revival -> revival.attempt() > 0 || revival.status().underWay())
              .isPresent();
      if (reviving) {
        return Optional.of(new Observation(owned, agent.agentId(), target, null));
      }
      Presence presence = reviver.presence(ref);
      follow(owned, presence);
      trouble.clear(ref);
      return Optional.of(new Observation(owned, agent.agentId(), target, presence));
    } catch (IOException | RuntimeException e) {
      String why = "cannot be observed: " + e.getMessage();
      if (trouble.isNew(ref, why)) {
        log.warn("{}: {}", owned.label(agent.agentId()), why);
      }
      lines.add(ReportLines.of(owned, agent, Status.UNKNOWN, why));
      return Optional.empty();
    }
  }

  private void follow(OwnedCell owned, Presence presence) {
    if (presence instanceof Presence.Running found && exits.follow(found.running())) {
      log.info(
          "{}: runs as incarnation {} ({}), adopted",
          owned.label(found.running().agent().agentId()),
          found.running().incarnation(),
          found.running().description());
    }
  }

  /**
   * Returns the targets to probe, without agents under revival: the attempt probes these itself.
   */
  private static List<ProbeTarget> probeTargets(List<Observation> observations) {
    return observations.stream()
        .filter(observation -> observation.presence() != null)
        .map(Observation::target)
        .toList();
  }

  private AgentLine judge(
      Observation observation, Optional<ProbeResult> result, List<ProbeTarget> unregistered) {
    Presence presence = observation.presence();
    if (presence == null) {
      return ReportLines.of(observation.target(), Status.REVIVING, "being revived", result);
    }
    if (result.isEmpty()
        && observation.target().gatewayName().isPresent()
        && !isProof(observation, presence)) {
      String why = "not judged yet: its gateway has not answered";
      return ReportLines.of(observation.target(), Status.UNKNOWN, why, result);
    }
    Judgement judgement = judgement(observation, presence, result);
    if (judgement instanceof Judgement.Unregistered lost) {
      unregistered.add(observation.target());
      judgement = fallback.judge(observation.target(), lost);
    } else if (observation.target().gatewayName().isPresent()) {
      fallback.forget(observation.target());
    }
    act(observation, judgement, result);
    Optional<RevivalBlocker> blocker =
        observation.owned().blocker(observation.agentId(), clock.instant());
    Status status = ReportLines.status(judgement, result, blocker);
    return ReportLines.of(observation.target(), status, judgement.describe(), result);
  }

  /** Returns whether the agent was started before and has ended: evidence without its gateway. */
  private static boolean isProof(Observation observation, Presence presence) {
    return presence instanceof Presence.Ended
        || (presence instanceof Presence.Absent && observation.target().incarnation() > 0);
  }

  private Judgement judgement(
      Observation observation, Presence presence, Optional<ProbeResult> result) {
    return Judge.judge(
        observation.target().incarnation(), presence, result, startable(observation));
  }

  private boolean startable(Observation observation) {
    AgentSpec agent = observation.owned().cell().agents().get(observation.agentId());
    return !reviver.needsLauncher()
        || (agent != null
            && launchers.startable(
                observation.target().agent(), observation.owned().directory(), agent));
  }

  private void act(Observation observation, Judgement judgement, Optional<ProbeResult> result) {
    logChange(observation, judgement);
    if (judgement instanceof Judgement.Held held) {
      hold(observation, held, observation.since(held.cause(), result));
    } else if (judgement instanceof Judgement.Dead dead) {
      revivals.canaries().dead(observation.target().agent());
      request(observation, dead.cause(), dead.evidence(), observation.since(dead.cause(), result));
    } else if (judgement instanceof Judgement.Alive alive && alive.proven()) {
      alive(observation, alive);
    }
  }

  /** Logs each kind of trouble once: the reasons contain times, which change with each round. */
  private void logChange(Observation observation, Judgement judgement) {
    if (judgement instanceof Judgement.Alive) {
      watchdog.clear(observation.target().agent());
      if (trouble.clear(observation.label())) {
        log.info("{}: {}", observation.label(), judgement.describe());
      }
      return;
    }
    String kind =
        judgement instanceof Judgement.Held held
            ? "held " + held.cause()
            : judgement.getClass().getSimpleName();
    // The revivals log deaths, between rounds too.
    if (trouble.isNew(observation.label(), kind) && !(judgement instanceof Judgement.Dead)) {
      log.warn("{}: {}", observation.label(), judgement.describe());
    }
  }

  /** Holds an agent: journals the hold, unless many agents share the cause. */
  private void hold(Observation observation, Judgement.Held held, Optional<Instant> since) {
    if (held.cause().shared()) {
      String gateway =
          observation.target().gatewayName().map(name -> "gateway " + name).orElse("the fleet");
      revivals.canaries().held(observation.target().agent(), gateway);
    } else {
      request(observation, held.cause(), held.reason(), since);
    }
  }

  private void alive(Observation observation, Judgement.Alive alive) {
    try {
      revivals
          .requests()
          .alive(observation.owned(), observation.target().agent(), alive.describe());
      unwritten.clear(observation.label());
    } catch (IOException | RuntimeException e) {
      if (unwritten.isNew(observation.label(), e.toString())) {
        log.error("{}: proof of life not journaled", observation.label(), e);
      }
    }
  }

  private void request(
      Observation observation, FailureCause cause, String evidence, Optional<Instant> since) {
    AgentRef agent = observation.target().agent();
    watchdog.failed(agent, observation.target().incarnation());
    try {
      if (revivals
          .request(agent, observation.target().incarnation(), cause, evidence, since)
          .isEmpty()) {
        watchdog.actedOn(agent);
      }
      unwritten.clear(observation.label());
    } catch (IOException | RuntimeException e) {
      if (unwritten.isNew(observation.label(), e.toString())) {
        log.error(
            "{}: {}, but nothing is done: {}",
            observation.label(),
            evidence,
            String.valueOf(e.getMessage()));
      }
    }
  }
}
