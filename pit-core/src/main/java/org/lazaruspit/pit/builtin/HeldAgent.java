package org.lazaruspit.pit.builtin;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.RunningAgent;

/** What is known of an agent that runs, or ran. Thread-safe. */
final class HeldAgent {

  /** How old a look at the processes may be that is taken for one at the moment of asking. */
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RunningAgent running;
  private final Optional<AgentRecord> leader;
  private final CompletableFuture<AgentExit> exit;
  private volatile @Nullable LastLook lastLook;

  private record LastLook(CompletableFuture<MarkScan> scan, long begun) {}

  private HeldAgent(
      RunningAgent running, Optional<AgentRecord> leader, CompletableFuture<AgentExit> exit) {
    this.running = running;
    this.leader = leader;
    this.exit = exit;
  }

  /** An agent that was just started, or found running. */
  static HeldAgent of(
      AgentRef agent, long incarnation, String description, Optional<AgentRecord> leader) {
    CompletableFuture<AgentExit> exit = new CompletableFuture<>();
    return new HeldAgent(
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

  /** Its lock was free, and this look at all processes has begun since. */
  void looking(CompletableFuture<MarkScan> scan) {
    lastLook = new LastLook(scan, System.nanoTime());
  }

  /** The look that began when its lock was free; empty where that is too long ago. */
  Optional<CompletableFuture<MarkScan>> freshLook() {
    LastLook look = lastLook;
    lastLook = null; // a proof of one moment is used once
    return look != null && System.nanoTime() - look.begun() < FRESH_NANOS
        ? Optional.of(look.scan())
        : Optional.empty();
  }
}
