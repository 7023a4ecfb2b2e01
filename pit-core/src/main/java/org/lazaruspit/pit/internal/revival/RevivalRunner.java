package org.lazaruspit.pit.internal.revival;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CellPaths;
import org.lazaruspit.cell.EffectivePolicies;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.RevivalStep;
import org.lazaruspit.pit.internal.detection.ProbeRouter;
import org.lazaruspit.pit.internal.detection.ProbeTargets;
import org.lazaruspit.pit.internal.journal.RevivalEvent;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Ended;
import org.lazaruspit.pit.internal.journal.RevivalEvent.StepTaken;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.internal.plugin.FencedReviver;
import org.lazaruspit.pit.internal.revival.RevivalCapacity.Slot;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.Launcher;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out one attempt step by step. Each step is journaled before it is taken; its line also
 * has the outcome of the step before, which saves fsyncs. Thread-safe.
 */
public final class RevivalRunner {

  private static final Logger log = LoggerFactory.getLogger(RevivalRunner.class);

  /** Time for a running agent to end by itself before it is killed. */
  static final Duration STOP_GRACE = Duration.ofSeconds(5);

  /**
   * Largest lead over the journal of an incarnation in use that the next attempt exceeds. Revivals
   * by another pit, or since a restored backup, explain such a lead; a larger one holds the agent,
   * since any sender of heartbeats could raise the number otherwise.
   */
  static final long MAX_LEAD = 1_000;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

  /** Run time after which an agent without a probe counts as healthy. */
  private static final Duration UNPROBED_PROOF = Duration.ofSeconds(1);

  private final PitConfig config;
  private final FencedReviver reviver;
  private final ProbeRouter probes;
  private final ProbeTargets targets;
  private final LauncherResolver launchers;

  public RevivalRunner(
      PitConfig config, FencedReviver reviver, ProbeRouter probes, ProbeTargets targets) {
    this.config = config;
    this.reviver = reviver;
    this.probes = probes;
    this.targets = targets;
    this.launchers = new LauncherResolver(config);
  }

  /** Returns the event of the first step; the caller of {@link #run} journals it. */
  static StepTaken stopStep(RevivalEvent.Subject subject) {
    return new StepTaken(subject, RevivalStep.STOP, "");
  }

  /**
   * Returns the events that are journaled together with the request of a first attempt. After an
   * exit only a rest can be left to stop: the first two steps share one fsync.
   */
  static List<StepTaken> firstSteps(RevivalEvent.Subject subject) {
    StepTaken stop = stopStep(subject);
    return subject.cause() == FailureCause.EXIT
        ? List.of(stop, new StepTaken(subject, RevivalStep.VERIFY_CHECKPOINT, ""))
        : List.of(stop);
  }

  /** Gives the agent its key at its gateway; returns the reason if another agent has it. */
  Optional<String> takeKey(Attempt attempt) {
    return targets.takeKey(attempt.cell(), attempt.agentId()).map(RevivalBlocker::reason);
  }

  /** Runs an attempt whose first steps are journaled; returns the agent if it is healthy again. */
  Optional<RunningAgent> run(Attempt attempt, Slot slot)
      throws IOException, InterruptedException, AttemptFailedException {
    long begun = System.nanoTime();
    Optional<String> alive = aliveAgain(attempt);
    if (alive.isPresent()) {
      attempt.cell().record(new Ended(attempt.subject(), RevivalStatus.SUPERSEDED, alive.get()));
      log.info("{}: revival superseded: {}", attempt.label(), alive.get());
      return Optional.empty();
    }
    String proof = stop(attempt, begun);
    boolean journaled = journaled(attempt, RevivalStep.VERIFY_CHECKPOINT);
    if (!journaled) {
      attempt.cell().record(new StepTaken(attempt.subject(), RevivalStep.VERIFY_CHECKPOINT, proof));
    }
    CheckpointChoice checkpoint = chooseCheckpoint(attempt);
    String shown = (journaled ? proof + "; " : "") + checkpoint.description();
    requireLauncher(attempt);
    long incarnation = nextIncarnation(attempt);
    attempt
        .cell()
        .record(
            new StepTaken(attempt.subject(incarnation), RevivalStep.RAISE_INCARNATION, shown),
            new StepTaken(attempt.subject(incarnation), RevivalStep.START, checkpoint.hash(), ""));
    StartOrder order = order(attempt, incarnation, checkpoint);
    probes.begin(targets.target(attempt.cell(), attempt.agentId()));
    RunningAgent running = reviver.start(order, attempt.cell()::requireHeld);
    // Logged only now: logging takes time, and the agent is to be started first.
    log.info("{}: {}", attempt.label(), proof);
    publishIncarnation(attempt, incarnation);
    log.info(
        "{}: restarted as incarnation {} ({}), {}",
        attempt.label(),
        incarnation,
        running.description(),
        checkpoint.description());
    return proveHealth(attempt, running, incarnation, slot);
  }

  /** Returns whether a step of this attempt is journaled. */
  private static boolean journaled(Attempt attempt, RevivalStep step) {
    Revival revival = attempt.revival();
    return revival.attempt() == attempt.number()
        && revival.step().filter(taken -> taken.compareTo(step) >= 0).isPresent();
  }

  /** Called before the incarnation is raised: an attempt without a launcher uses no number. */
  private void requireLauncher(Attempt attempt) throws IOException, AttemptFailedException {
    if (reviver.needsLauncher() && launcher(attempt).isEmpty()) {
      throw new AttemptFailedException("no launcher in the configuration fits the agent");
    }
  }

  private Optional<Launcher> launcher(Attempt attempt) throws IOException {
    AgentSpec spec = attempt.cell().cell().agents().get(attempt.agentId());
    return launchers.find(attempt.agent(), attempt.cell().directory(), spec);
  }

  private static long nextIncarnation(Attempt attempt) throws AgentHeldException {
    long last = lastIncarnation(attempt);
    if (last >= Incarnation.MAX) {
      throw new AgentHeldException(
          ("incarnation %d is the largest, not started: if the journal is lost, correct the number in"
                  + " the agent's file, then lift the agent")
              .formatted(last));
    }
    return last + 1;
  }

  /**
   * Returns the last incarnation: by the journal, or after its loss by the agent's file, which
   * agents can write.
   */
  private static long lastIncarnation(Attempt attempt) {
    AgentSpec spec = attempt.cell().cell().agents().get(attempt.agentId());
    long journaled = attempt.incarnation();
    return journaled > 0 || spec == null ? journaled : spec.incarnation();
  }

  /**
   * Writes the incarnation to the agent's file, for readers; a failure does not end the attempt.
   */
  private static void publishIncarnation(Attempt attempt, long incarnation) {
    try {
      attempt.cell().requireHeld();
      CellEditor.of(attempt.cell().directory())
          .updateAgent(attempt.agentId(), spec -> spec.withIncarnation(incarnation));
    } catch (IOException | RuntimeException e) {
      log.warn(
          "{}: incarnation {} could not be written to its file", attempt.label(), incarnation, e);
    }
  }

  /** Continues an attempt whose agent was started before a restart of the pit. */
  Optional<RunningAgent> resume(Attempt attempt, RunningAgent running, Slot slot)
      throws IOException, InterruptedException, AttemptFailedException {
    log.info("{}: attempt continued with {}", attempt.label(), running.description());
    return proveHealth(attempt, running, attempt.incarnation(), slot);
  }

  private Optional<RunningAgent> proveHealth(
      Attempt attempt, RunningAgent running, long incarnation, Slot slot)
      throws IOException, InterruptedException, AttemptFailedException {
    long started = System.nanoTime();
    ProbeTarget target = targets.target(attempt.cell(), attempt.agentId());
    attempt
        .cell()
        .record(new StepTaken(attempt.subject(), RevivalStep.REGISTER, running.description()));
    attempt.cell().requireHeld();
    probes.register(target);
    attempt.cell().record(new StepTaken(attempt.subject(), RevivalStep.VERIFY_HEALTH, ""));
    String proof = awaitHealth(attempt, running, target, slot);
    String detail = "healthy %s after its start, %s".formatted(millisSince(started), proof);
    attempt.cell().record(new Ended(attempt.subject(), RevivalStatus.REVIVED, detail));
    log.info("{}: {} as incarnation {}", attempt.label(), detail, incarnation);
    return Optional.of(running);
  }

  /**
   * Returns evidence that the agent is alive again. A first attempt after an exit needs no probe:
   * the process is proven gone.
   */
  private Optional<String> aliveAgain(Attempt attempt) throws IOException, InterruptedException {
    Revival revival = attempt.revival();
    boolean judgedGone =
        revival.cause() == FailureCause.EXIT
            && revival.origin() == Revival.Origin.DEATH
            && revival.approvedAt().isEmpty();
    if (attempt.incarnation() == 0 || judgedGone || attempt.number() > 1) {
      return Optional.empty();
    }
    Presence presence = reviver.presence(attempt.agent());
    if (presence instanceof Presence.Absent || presence instanceof Presence.Ended) {
      return Optional.empty(); // its gateway may still report it as healthy
    }
    ProbeTarget target = targets.target(attempt.cell(), attempt.agentId());
    if (probes.canProbe(target)) {
      return probes.probe(target).provesHealthy(attempt.incarnation())
          ? Optional.of("healthy again, reported by its gateway")
          : Optional.empty();
    }
    return presence instanceof Presence.Running found
        ? Optional.of("runs again: " + found.running().description())
        : Optional.empty();
  }

  private String stop(Attempt attempt, long begun)
      throws IOException, InterruptedException, AttemptFailedException {
    StopOrder order = new StopOrder(attempt.agent(), lastIncarnation(attempt), STOP_GRACE);
    StopOutcome outcome = reviver.stop(order, attempt.cell()::requireHeld);
    if (outcome instanceof StopOutcome.StillThere still) {
      throw new AttemptFailedException(
          "not proven dead, not started a second time: " + still.reason());
    }
    if (outcome instanceof StopOutcome.TooOld known) {
      throw inUse(
          attempt,
          known.incarnation(),
          "incarnation %d runs, the journal knows only %d"
              .formatted(known.incarnation(), order.incarnation()),
          "order a stop, then a revival");
    }
    StopOutcome.Gone gone = (StopOutcome.Gone) outcome;
    return (gone.proven() ? "proven dead in %s: %s" : "checked in %s: %s")
        .formatted(millisSince(begun), gone.evidence());
  }

  private CheckpointChoice chooseCheckpoint(Attempt attempt)
      throws IOException, AttemptFailedException {
    CheckpointChoice chosen = CheckpointChoice.of(attempt);
    if (chosen.folder().isEmpty() && policies(attempt).checkpointRequired()) {
      throw new AttemptFailedException("a checkpoint is required, but " + chosen.description());
    }
    return chosen;
  }

  private EffectivePolicies policies(Attempt attempt) {
    return attempt.cell().cell().effectivePolicies(config.defaultPolicies());
  }

  private StartOrder order(Attempt attempt, long incarnation, CheckpointChoice checkpoint)
      throws IOException {
    ProbeTarget target = targets.target(attempt.cell(), attempt.agentId());
    return new StartOrder(
        attempt.agent(),
        incarnation,
        attempt.cell().directory(),
        checkpoint.folder(),
        target.gateway(),
        target
            .gateway()
            .map(g -> g.resolve("/heartbeat/" + target.key() + "?incarnation=" + incarnation)),
        launcher(attempt),
        config.missionsPath(),
        isolation(attempt.cell().cell()),
        CellPaths.of(attempt.cell().directory()).agentLog(attempt.agentId()),
        targets.tokenFile(target));
  }

  private static IsolationSpec isolation(MissionCell cell) {
    IsolationSpec spec = cell.isolation();
    return new IsolationSpec(
        cell.effectiveIsolationLevel(),
        spec.mountNamespaces(),
        spec.networkIsolation(),
        spec.resourceLimits(),
        spec.securityContext());
  }

  private String awaitHealth(Attempt attempt, RunningAgent running, ProbeTarget target, Slot slot)
      throws InterruptedException, AttemptFailedException {
    CompletableFuture<AgentExit> exit = running.exit().toCompletableFuture();
    if (!probes.canProbe(target)) {
      failIfEnded(exit, UNPROBED_PROOF);
      return "judged by its process alone, it has no probe";
    }
    Duration limit = policies(attempt).reviveTimeout();
    long deadline = System.nanoTime() + limit.toNanos();
    Duration pause = FIRST_PAUSE;
    while (true) {
      long probed = System.nanoTime();
      ProbeResult result = probes.probe(target);
      if (result.provesHealthy(target.incarnation())) {
        return "reported by its gateway";
      }
      requireNewest(attempt, result, target);
      attempt.requireOpen();
      if (System.nanoTime() - deadline >= 0) {
        throw new AttemptFailedException(
            "not healthy within %s s: %s, %s"
                .formatted(limit.toSeconds(), result.verdict(), result.detail()));
      }
      failIfEnded(exit, pause);
      pause = longer(pause);
      if (result.verdict() == ProbeResult.Verdict.UNREACHABLE) {
        // An unreachable gateway is no evidence about the agent: this time does not count, and
        // other revivals get the slot.
        slot.close();
        deadline += System.nanoTime() - probed;
      }
    }
  }

  /** Fails if the gateway knows a higher incarnation: the journal was lost, or another pit acts. */
  private static void requireNewest(Attempt attempt, ProbeResult result, ProbeTarget target)
      throws AttemptFailedException {
    if (result.incarnation() > target.incarnation()) {
      throw inUse(
          attempt,
          result.incarnation(),
          "its gateway knows incarnation %d, started was only %d"
              .formatted(result.incarnation(), target.incarnation()),
          "DELETE /agent/%s at its gateway, then lift the agent".formatted(target.key()));
    }
  }

  /** Returns the failure for a higher incarnation in use, or the hold if its lead is too large. */
  private static AttemptFailedException inUse(
      Attempt attempt, long known, String found, String wayBack) {
    return known - lastIncarnation(attempt) <= MAX_LEAD
        ? new AttemptFailedException(found, known)
        : new AgentHeldException("%s: if no other pit acts, %s".formatted(found, wayBack));
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  private static void failIfEnded(CompletableFuture<AgentExit> exit, Duration wait)
      throws InterruptedException, AttemptFailedException {
    try {
      AgentExit ended = exit.get(wait.toMillis(), TimeUnit.MILLISECONDS);
      throw new AttemptFailedException("ended before it was healthy: " + ended.detail());
    } catch (TimeoutException stillRuns) {
      return;
    } catch (ExecutionException e) {
      throw new IllegalStateException("an exit never fails", e);
    }
  }

  private static String millisSince(long nanos) {
    long micros = (System.nanoTime() - nanos) / 1000;
    return micros < 100_000
        ? "%d.%d ms".formatted(micros / 1000, micros % 1000 / 100)
        : micros / 1000 + " ms";
  }
}
