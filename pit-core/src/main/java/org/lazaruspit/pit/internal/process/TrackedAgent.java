package org.lazaruspit.pit.internal.process;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.RunningAgent;

/** State of an agent that runs or has run. Thread-safe. */
final class TrackedAgent {

  /** Age up to which a process scan counts as current. */
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RunningAgent running;
  private final Optional<AgentRecord> leader;
  private final CompletableFuture<AgentExit> exit;
  private volatile @Nullable StartedScan lastScan;

  /** A process scan and the time of its request ({@link System#nanoTime}). */
  record StartedScan(CompletableFuture<ProcessScan> scan, long startedNanos) {}

  private TrackedAgent(
      RunningAgent running, Optional<AgentRecord> leader, CompletableFuture<AgentExit> exit) {
    this.running = running;
    this.leader = leader;
    this.exit = exit;
  }

  /** Returns an agent that was just started or adopted. */
  static TrackedAgent of(
      AgentRef agent, long incarnation, String description, Optional<AgentRecord> leader) {
    CompletableFuture<AgentExit> exit = new CompletableFuture<>();
    return new TrackedAgent(
        new RunningAgent(agent, incarnation, description, exit.minimalCompletionStage()),
        leader,
        exit);
  }

  AgentRef agent() {
    return running.agent();
  }

  RunningAgent running() {
    return running;
  }

  Optional<AgentRecord> leader() {
    return leader;
  }

  boolean leaderRuns() {
    return leader.flatMap(AgentRecord::running).isPresent();
  }

  /** Returns whether the leader runs and is not stopped: a stopped process cannot act on TERM. */
  boolean canHandleSignals() {
    return leader.flatMap(AgentRecord::running).filter(stat -> !stat.stopped()).isPresent();
  }

  CompletableFuture<AgentExit> exit() {
    return exit;
  }

  boolean ended() {
    return exit.isDone();
  }

  /** Completes the exit when the whole tree is gone; the status is that of the leader. */
  void end(AgentExit leaderExit) {
    exit.complete(new AgentExit(Instant.now(), leaderExit.detail(), leaderExit.status()));
  }

  /** As {@link #end(AgentExit)}, with a scan that began after the end of the leader. */
  void end(AgentExit leaderExit, StartedScan scan) {
    lastScan = scan;
    end(leaderExit);
  }

  /** Returns the scan that began with the end, once; empty if it is older than a second. */
  Optional<CompletableFuture<ProcessScan>> freshScan() {
    StartedScan scan = lastScan;
    lastScan = null;
    return scan != null && System.nanoTime() - scan.startedNanos() < FRESH_NANOS
        ? Optional.of(scan.scan())
        : Optional.empty();
  }
}
