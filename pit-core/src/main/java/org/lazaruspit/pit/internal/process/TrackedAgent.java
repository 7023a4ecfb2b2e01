package org.lazaruspit.pit.internal.process;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.RunningAgent;

/** What is known of an agent that runs, or ran. Thread-safe. */
final class TrackedAgent {

  /** How old a look at the processes may be that is taken for one at the moment of asking. */
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RunningAgent running;
  private final Optional<AgentRecord> leader;
  private final CompletableFuture<AgentExit> exit;
  private volatile @Nullable Look lastLook;

  /** A look at all processes, and when it was asked for ({@link System#nanoTime}). */
  record Look(CompletableFuture<ProcessScan> scan, long begun) {}

  private TrackedAgent(
      RunningAgent running, Optional<AgentRecord> leader, CompletableFuture<AgentExit> exit) {
    this.running = running;
    this.leader = leader;
    this.exit = exit;
  }

  /** An agent that was just started, or found running. */
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

  /** A stopped process cannot act on TERM, so there is nothing to wait for. */
  boolean canListen() {
    return leader.flatMap(AgentRecord::running).filter(stat -> !stat.stopped()).isPresent();
  }

  CompletableFuture<AgentExit> exit() {
    return exit;
  }

  boolean ended() {
    return exit.isDone();
  }

  /** All of it is gone; how its first process ended is how the agent did. */
  void end(AgentExit how) {
    exit.complete(new AgentExit(Instant.now(), how.detail(), how.status()));
  }

  /** As above, where its lock was free, and this look has begun after its first process's end. */
  void end(AgentExit how, Look look) {
    lastLook = look;
    end(how);
  }

  /** The look that began with its end; empty where that is too long ago. */
  Optional<CompletableFuture<ProcessScan>> freshLook() {
    Look look = lastLook;
    lastLook = null; // a proof of one moment is used once
    return look != null && System.nanoTime() - look.begun() < FRESH_NANOS
        ? Optional.of(look.scan())
        : Optional.empty();
  }
}
