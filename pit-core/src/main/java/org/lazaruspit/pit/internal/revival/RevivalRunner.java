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
import org.lazaruspit.pit.internal.plugin.FencedReviver;
import org.lazaruspit.pit.internal.revival.RevivalCapacity.Place;
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
 * Does one attempt step by step. Each step is in the journal before it is taken; what the step
 * before has shown stands in the same line, so that a revival costs few fsyncs. Thread-safe.
 */
public final class RevivalRunner {

  private static final Logger log = LoggerFactory.getLogger(RevivalRunner.class);

  /** How long a living agent may take to end by itself before it is killed. */
  static final Duration STOP_GRACE = Duration.ofSeconds(5);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

  /** An agent that nobody can be asked about counts as started once it has lasted this long. */
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

  /** The first step's line, which whoever begins an attempt writes. */
  static StepTaken stopStep(RevivalEvent.Subject subject) {
    return new StepTaken(subject, RevivalStep.STOP, "");
  }

  /**
   * The lines that whoever begins a first attempt writes together with its request. Of what was
   * seen to be gone nothing is left to wait for, so both steps only look, and one fsync announces
   * both.
   */
  static List<StepTaken> firstSteps(RevivalEvent.Subject subject) {
    StepTaken stop = stopStep(subject);
    return subject.cause() == FailureCause.EXIT
        ? List.of(stop, new StepTaken(subject, RevivalStep.VERIFY_CHECKPOINT, ""))
        : List.of(stop);
  }

  /** Runs an attempt whose first lines are written; returns the agent if it is healthy again. */
  Optional<RunningAgent> run(Attempt attempt, Place place)
      throws IOException, InterruptedException, AttemptFailedException {
    long begun = System.nanoTime();
    Optional<String> alive = aliveAfterAll(attempt);
    if (alive.isPresent()) {
      attempt.work().record(new Ended(attempt.subject(), RevivalStatus.SUPERSEDED, alive.get()));
      log.info("{}: left alone, {}", attempt.label(), alive.get());
      return Optional.empty();
    }
    String proof = stop(attempt, begun);
    boolean announced = announced(attempt, RevivalStep.VERIFY_CHECKPOINT);
    if (!announced) {
      attempt.work().record(new StepTaken(attempt.subject(), RevivalStep.VERIFY_CHECKPOINT, proof));
    }
    CheckpointChoice checkpoint = chooseCheckpoint(attempt);
    String shown = (announced ? proof + "; " : "") + checkpoint.description();
    requireLauncher(attempt);
    long incarnation = lastIncarnation(attempt) + 1;
    attempt
        .work()
        .record(
            new StepTaken(attempt.subject(incarnation), RevivalStep.RAISE_INCARNATION, shown),
            new StepTaken(attempt.subject(incarnation), RevivalStep.START, checkpoint.hash(), ""));
    StartOrder order = order(attempt, incarnation, checkpoint);
    probes.files().begin(targets.target(attempt.work(), attempt.agentId()));
    RunningAgent running = reviver.start(order, attempt.work()::requireHeld);
    // A line of the log takes its time: not before the agent is back.
    log.info("{}: {}", attempt.label(), proof);
    publishIncarnation(attempt, incarnation);
    log.info(
        "{}: restarted as incarnation {} ({}), {}",
        attempt.label(),
        incarnation,
        running.description(),
        checkpoint.description());
    return proveHealth(attempt, running, incarnation, place);
  }

  /** Whether a step of this very attempt has its line already. */
  private static boolean announced(Attempt attempt, RevivalStep step) {
    Revival revival = attempt.revival();
    return revival.attempt() == attempt.number()
        && revival.step().filter(taken -> taken.compareTo(step) >= 0).isPresent();
  }

  /** Before anything is raised: an attempt that cannot start anybody must not use numbers up. */
  private void requireLauncher(Attempt attempt) throws IOException, AttemptFailedException {
    if (reviver.needsLauncher() && launcher(attempt).isEmpty()) {
      throw new AttemptFailedException("no launcher in the configuration fits the agent");
    }
  }

  private Optional<Launcher> launcher(Attempt attempt) throws IOException {
    AgentSpec spec = attempt.work().cell().agents().get(attempt.agentId());
    return launchers.find(attempt.agent(), attempt.work().directory(), spec);
  }

  /**
   * The journal is the truth; where it was lost, the agent's file keeps the number from falling.
   */
  private static long lastIncarnation(Attempt attempt) {
    AgentSpec spec = attempt.work().cell().agents().get(attempt.agentId());
    return Math.max(attempt.incarnation(), spec == null ? 0 : spec.incarnation());
  }

  /** The number in the agent's file is for readers: that it cannot be written stops nothing. */
  private static void publishIncarnation(Attempt attempt, long incarnation) {
    try {
      attempt.work().requireHeld();
      CellEditor.of(attempt.work().directory())
          .updateAgent(attempt.agentId(), spec -> spec.withIncarnation(incarnation));
    } catch (IOException | RuntimeException e) {
      log.warn("{}: its file does not show incarnation {}", attempt.label(), incarnation, e);
    }
  }

  /** Goes on with an attempt whose agent was started before the pit itself was restarted. */
  Optional<RunningAgent> resume(Attempt attempt, RunningAgent running, Place place)
      throws IOException, InterruptedException, AttemptFailedException {
    log.info("{}: was being revived, going on with {}", attempt.label(), running.description());
    return proveHealth(attempt, running, attempt.incarnation(), place);
  }

  private Optional<RunningAgent> proveHealth(
      Attempt attempt, RunningAgent running, long incarnation, Place place)
      throws IOException, InterruptedException, AttemptFailedException {
    long started = System.nanoTime();
    ProbeTarget target = targets.target(attempt.work(), attempt.agentId());
    attempt
        .work()
        .record(new StepTaken(attempt.subject(), RevivalStep.REGISTER, running.description()));
    attempt.work().requireHeld();
    probes.register(target);
    attempt.work().record(new StepTaken(attempt.subject(), RevivalStep.VERIFY_HEALTH, ""));
    String proof = awaitHealth(attempt, running, target, place);
    String detail = "healthy %s after its start, %s".formatted(millisSince(started), proof);
    attempt.work().record(new Ended(attempt.subject(), RevivalStatus.REVIVED, detail));
    log.info("{}: {} as incarnation {}", attempt.label(), detail, incarnation);
    return Optional.of(running);
  }

  /**
   * Evidence that the agent needs no revival any more. A first attempt after an exit is spared the
   * question to the gateway: what was proven gone does not answer.
   */
  private Optional<String> aliveAfterAll(Attempt attempt) throws IOException, InterruptedException {
    Revival revival = attempt.revival();
    boolean judgedGone =
        revival.cause() == FailureCause.EXIT
            && revival.origin() == Revival.Origin.DEATH
            && revival.approvedAt().isEmpty();
    if (attempt.incarnation() == 0 || judgedGone || attempt.number() > 1) {
      return Optional.empty();
    }
    Presence presence = reviver.presence(attempt.agent());
    if (presence instanceof Presence.Absent) {
      return Optional.empty(); // its gateway may not have noticed yet
    }
    ProbeTarget target = targets.target(attempt.work(), attempt.agentId());
    if (probes.canProbe(target)) {
      return probes.probe(target).provesHealthy(attempt.incarnation())
          ? Optional.of("it is back: healthy, as its gateway says")
          : Optional.empty();
    }
    return presence instanceof Presence.Running found
        ? Optional.of("it is back: " + found.running().description() + " runs")
        : Optional.empty();
  }

  private String stop(Attempt attempt, long begun)
      throws IOException, InterruptedException, AttemptFailedException {
    StopOrder order = new StopOrder(attempt.agent(), lastIncarnation(attempt), STOP_GRACE);
    StopOutcome outcome = reviver.stop(order, attempt.work()::requireHeld);
    if (outcome instanceof StopOutcome.StillThere still) {
      throw new AttemptFailedException(
          "not proven dead, so no second one is started: " + still.reason());
    }
    if (outcome instanceof StopOutcome.TooOld known) {
      throw new AttemptFailedException(
          "incarnation %d of it runs, here only %d was known"
              .formatted(known.incarnation(), order.incarnation()),
          known.incarnation());
    }
    String evidence = ((StopOutcome.Gone) outcome).evidence();
    return "proven dead in %s: %s".formatted(millisSince(begun), evidence);
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
    return attempt.work().cell().effectivePolicies(config.defaultPolicies());
  }

  private StartOrder order(Attempt attempt, long incarnation, CheckpointChoice checkpoint)
      throws IOException {
    ProbeTarget target = targets.target(attempt.work(), attempt.agentId());
    return new StartOrder(
        attempt.agent(),
        incarnation,
        attempt.work().directory(),
        checkpoint.folder(),
        target.gateway(),
        target
            .gateway()
            .map(g -> g.resolve("/heartbeat/" + target.key() + "?incarnation=" + incarnation)),
        launcher(attempt),
        config.missionsPath(),
        isolation(attempt.work().cell()),
        CellPaths.of(attempt.work().directory()).agentLog(attempt.agentId()),
        targets.tokenFile(target));
  }

  private static IsolationSpec isolation(MissionCell cell) {
    IsolationSpec said = cell.isolation();
    return new IsolationSpec(
        cell.effectiveIsolationLevel(),
        said.mountNamespaces(),
        said.networkIsolation(),
        said.resourceLimits(),
        said.securityContext());
  }

  private String awaitHealth(Attempt attempt, RunningAgent running, ProbeTarget target, Place place)
      throws InterruptedException, AttemptFailedException {
    CompletableFuture<AgentExit> exit = running.exit().toCompletableFuture();
    if (!probes.canProbe(target)) {
      failIfEnded(exit, UNPROBED_PROOF);
      return "as far as its process tells: it has no gateway that could be asked";
    }
    Duration limit = policies(attempt).reviveTimeout();
    long deadline = System.nanoTime() + limit.toNanos();
    Duration pause = FIRST_PAUSE;
    while (true) {
      long asked = System.nanoTime();
      ProbeResult answer = probes.probe(target);
      if (answer.provesHealthy(target.incarnation())) {
        return "as its gateway says";
      }
      requireNewest(answer, target);
      attempt.requireOpen();
      if (System.nanoTime() - deadline >= 0) {
        throw new AttemptFailedException(
            "not healthy within %s s: %s, %s"
                .formatted(limit.toSeconds(), answer.verdict(), answer.detail()));
      }
      failIfEnded(exit, pause);
      pause = longer(pause);
      if (answer.verdict() == ProbeResult.Verdict.UNREACHABLE) {
        // Its gateway is away, which says nothing about the agent: that time is not its own, and
        // others need not wait for it.
        place.close();
        deadline += System.nanoTime() - asked;
      }
    }
  }

  /** A lost journal, or another pit: the gateway refuses whatever is not newer than that. */
  private static void requireNewest(ProbeResult answer, ProbeTarget target)
      throws AttemptFailedException {
    if (answer.incarnation() > target.incarnation()) {
      throw new AttemptFailedException(
          "its gateway already knows incarnation %d, started was %d"
              .formatted(answer.incarnation(), target.incarnation()),
          answer.incarnation());
    }
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
