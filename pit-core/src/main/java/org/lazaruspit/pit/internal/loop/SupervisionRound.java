package org.lazaruspit.pit.internal.loop;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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
 * One round of the loop over the cells at hand: look, probe in bulk, judge, act, report. A fault in
 * one agent never stops the round. Used by the loop's thread alone.
 */
public final class SupervisionRound {

  private static final Logger log = LoggerFactory.getLogger(SupervisionRound.class);
  private static final Comparator<AgentLine> BY_CELL_AND_ID =
      Comparator.comparing((AgentLine line) -> line.agent().cellId().toString())
          .thenComparing(line -> line.agent().agentId());

  private final LauncherResolver launchers;
  private final Reviver reviver;
  private final GatewayPoller polls;
  private final GatewaySubscriptions ears;
  private final FallbackHealthRegistry rules;
  private final Watchdog watchdog;
  private final ProbeTargets targets;
  private final Revivals revivals;
  private final ExitWatch watch;
  private final InstantSource clock;
  private final OverdueScan overdues = new OverdueScan();
  private final LogOnChange trouble = new LogOnChange();
  private final LogOnChange unwritten = new LogOnChange();

  public SupervisionRound(
      PitConfig config,
      Reviver reviver,
      GatewayPoller polls,
      GatewaySubscriptions ears,
      FallbackHealthRegistry rules,
      Watchdog watchdog,
      ProbeTargets targets,
      Revivals revivals,
      ExitWatch watch,
      InstantSource clock) {
    this.launchers = new LauncherResolver(config);
    this.reviver = reviver;
    this.polls = polls;
    this.ears = ears;
    this.rules = rules;
    this.watchdog = watchdog;
    this.targets = targets;
    this.revivals = revivals;
    this.watch = watch;
    this.clock = clock;
  }

  /**
   * What one look at an agent has shown. The incarnation is read before the evidence: what is seen
   * afterwards may speak of a later one, and is then dropped by the revivals.
   */
  private record Look(
      OwnedCell work, String agentId, ProbeTarget target, @Nullable Presence presence) {

    String label() {
      return work.label(agentId);
    }

    /** Since when it is in trouble for this cause: it was seen to end then, or was last heard. */
    Optional<Instant> since(FailureCause cause, Optional<ProbeResult> result) {
      if (presence instanceof Presence.Absent absent && absent.exit().isPresent()) {
        return absent.exit().map(AgentExit::at);
      }
      return cause == FailureCause.SILENCE
          ? result.flatMap(ProbeResult::lastHeartbeat)
          : Optional.empty();
    }
  }

  public PitReport run(List<OwnedCell> works) throws InterruptedException {
    List<Look> looks = new ArrayList<>();
    List<AgentLine> lines = new ArrayList<>();
    for (OwnedCell work : byCellId(works)) {
      revivals.requests().reconcile(work);
      for (AgentSpec agent : work.cell().agents().values()) {
        Optional<RevivalBlocker> bar = work.blocker(agent.agentId(), clock.instant());
        if (bar.isEmpty() || bar.get().kind().watched()) {
          look(work, agent, lines).ifPresent(looks::add);
        } else {
          revivals.enforceStop(work, agent.agentId());
          lines.add(ReportLines.barred(work, agent, bar.get()));
        }
      }
    }
    List<Look> judged = withoutSharedKeys(looks, lines);
    perceive(looks);
    Map<AgentRef, ProbeResult> results = polls.probe(questions(judged));
    List<ProbeTarget> unregistered = new ArrayList<>();
    for (Look look : judged) {
      ProbeResult result = results.get(look.target().agent());
      lines.add(judge(look, Optional.ofNullable(result), unregistered));
    }
    polls.register(unregistered);
    works.forEach(this::attend);
    lines.sort(BY_CELL_AND_ID);
    Instant now = clock.instant();
    return new PitReport(
        now, works.size(), lines, overdues.find(works.stream().map(OwnedCell::cell).toList(), now));
  }

  /** What was decided has to be begun, too. */
  private void attend(OwnedCell work) {
    for (Revival revival : work.ledger().open()) {
      if (revivals.neglected(work, revival)) {
        watchdog.neglected(revival.agent(), revival.incarnation());
      } else {
        watchdog.actedOn(revival.agent());
      }
    }
  }

  /** Who is there to be listened to, from now on. */
  private void perceive(List<Look> looks) {
    List<ProbeTarget> all = looks.stream().map(Look::target).toList();
    Set<AgentRef> agents = all.stream().map(ProbeTarget::agent).collect(Collectors.toSet());
    rules.retain(agents);
    watchdog.retain(agents);
    ears.listenTo(polls.byGateway(all).keySet());
    polls.watchFiles(all);
  }

  /** As people sort ids: a UUID's own order takes half of them for negative numbers. */
  private static List<OwnedCell> byCellId(List<OwnedCell> works) {
    return works.stream().sorted(Comparator.comparing(work -> work.id().toString())).toList();
  }

  private Optional<Look> look(OwnedCell work, AgentSpec agent, List<AgentLine> lines)
      throws InterruptedException {
    AgentRef ref = work.ref(agent.agentId());
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
      Presence presence = reviver.presence(ref);
      follow(work, presence);
      trouble.clear(ref);
      return Optional.of(new Look(work, agent.agentId(), target, presence));
    } catch (IOException | RuntimeException e) {
      String why = "cannot be looked at: " + e.getMessage();
      if (trouble.isNew(ref, why)) {
        log.warn("{}: {}", work.label(agent.agentId()), why);
      }
      lines.add(ReportLines.of(work, agent, Status.UNKNOWN, why));
      return Optional.empty();
    }
  }

  private void follow(OwnedCell work, Presence presence) {
    if (presence instanceof Presence.Running found && watch.follow(found.running())) {
      log.info(
          "{}: runs as incarnation {} ({}), adopted",
          work.label(found.running().agent().agentId()),
          found.running().incarnation(),
          found.running().description());
    }
  }

  /**
   * Of two agents with one key at one gateway the first by cell id is judged, whatever it does at
   * the moment: what the gateway says of the key is not said of the other.
   */
  private List<Look> withoutSharedKeys(List<Look> looks, List<AgentLine> lines) {
    Map<String, Look> owners = new HashMap<>();
    List<Look> judged = new ArrayList<>();
    for (Look look : looks) {
      Optional<Look> owner = place(look.target()).map(place -> owners.putIfAbsent(place, look));
      if (owner.isEmpty()) {
        trouble.clear(look.target());
        judged.add(look);
        continue;
      }
      String why =
          "not judged: %s has the same key \"%s\" at its gateway"
              .formatted(owner.get().target().agent(), look.target().key());
      if (trouble.isNew(look.target(), why)) {
        log.warn("{}: {}", look.label(), why);
      }
      lines.add(ReportLines.of(look.target(), Status.UNKNOWN, why, Optional.empty()));
    }
    return judged;
  }

  private static Optional<String> place(ProbeTarget target) {
    return target
        .gateway()
        .map(gateway -> gateway.uri().toString())
        .or(target::gatewayName)
        .map(gateway -> gateway + " " + target.key());
  }

  /** Who is being revived is asked about by whoever does that. */
  private static List<ProbeTarget> questions(List<Look> looks) {
    return looks.stream().filter(look -> look.presence() != null).map(Look::target).toList();
  }

  private AgentLine judge(Look look, Optional<ProbeResult> result, List<ProbeTarget> unregistered) {
    Presence presence = look.presence();
    if (presence == null) {
      return ReportLines.of(look.target(), Status.REVIVING, "being revived", result);
    }
    if (result.isEmpty() && look.target().gatewayName().isPresent() && !isProof(look, presence)) {
      String why = "not judged yet: its gateway has not answered";
      return ReportLines.of(look.target(), Status.UNKNOWN, why, result);
    }
    Judgement judgement = judged(look, presence, result);
    if (judgement instanceof Judgement.Unregistered lost) {
      unregistered.add(look.target());
      judgement = rules.judge(look.target(), lost);
    } else if (look.target().gatewayName().isPresent()) {
      rules.forget(look.target());
    }
    act(look, judgement, result);
    Optional<RevivalBlocker> bar = look.work().blocker(look.agentId(), clock.instant());
    Status status = ReportLines.status(judgement, result, bar);
    return ReportLines.of(look.target(), status, judgement.describe(), result);
  }

  /** What the pit has started and is gone needs no gateway to say so. */
  private static boolean isProof(Look look, Presence presence) {
    return presence instanceof Presence.Absent && look.target().incarnation() > 0;
  }

  private Judgement judged(Look look, Presence presence, Optional<ProbeResult> result) {
    return Judge.judge(look.target().incarnation(), presence, result, startable(look));
  }

  private boolean startable(Look look) {
    AgentSpec agent = look.work().cell().agents().get(look.agentId());
    return !reviver.needsLauncher()
        || (agent != null
            && launchers.startable(look.target().agent(), look.work().directory(), agent));
  }

  private void act(Look look, Judgement judgement, Optional<ProbeResult> result) {
    tell(look, judgement);
    if (judgement instanceof Judgement.Held held) {
      hold(look, held, look.since(held.cause(), result));
    } else if (judgement instanceof Judgement.Dead dead) {
      revivals.canaries().dead(look.target().agent());
      request(look, dead.cause(), dead.evidence(), look.since(dead.cause(), result));
    } else if (judgement instanceof Judgement.Alive alive && alive.proven()) {
      alive(look, alive);
    }
  }

  /** Once for each kind of trouble: reasons tell times, which change with each round. */
  private void tell(Look look, Judgement judgement) {
    if (judgement instanceof Judgement.Alive) {
      watchdog.clear(look.target().agent());
      if (trouble.clear(look.label())) {
        log.info("{}: {}", look.label(), judgement.describe());
      }
      return;
    }
    String kind =
        judgement instanceof Judgement.Held held
            ? "held " + held.cause()
            : judgement.getClass().getSimpleName();
    // A death is logged by whoever writes it down, at once and also between the rounds.
    if (trouble.isNew(look.label(), kind) && !(judgement instanceof Judgement.Dead)) {
      log.warn("{}: {}", look.label(), judgement.describe());
    }
  }

  private void hold(Look look, Judgement.Held held, Optional<Instant> since) {
    if (held.cause().shared()) {
      String gateway =
          look.target().gatewayName().map(name -> "gateway " + name).orElse("the fleet");
      revivals.canaries().held(look.target().agent(), gateway);
    } else {
      request(look, held.cause(), held.reason(), since);
    }
  }

  private void alive(Look look, Judgement.Alive alive) {
    try {
      revivals.requests().alive(look.work(), look.target().agent(), alive.describe());
      unwritten.clear(look.label());
    } catch (IOException | RuntimeException e) {
      if (unwritten.isNew(look.label(), e.toString())) {
        log.error("{}: alive, which could not be written down", look.label(), e);
      }
    }
  }

  private void request(Look look, FailureCause cause, String evidence, Optional<Instant> since) {
    AgentRef agent = look.target().agent();
    watchdog.failed(agent, look.target().incarnation());
    try {
      if (revivals.request(agent, look.target().incarnation(), cause, evidence, since).isEmpty()) {
        watchdog.actedOn(agent);
      }
      unwritten.clear(look.label());
    } catch (IOException | RuntimeException e) {
      if (unwritten.isNew(look.label(), e.toString())) {
        log.error(
            "{}: {}, but nothing is done: {}",
            look.label(),
            evidence,
            String.valueOf(e.getMessage()));
      }
    }
  }
}
