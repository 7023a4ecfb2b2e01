package org.lazaruspit.pit.internal.process;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.lazaruspit.pit.internal.os.ProcFs.ProcessId;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.RunningAgent;

/** State of an agent that runs or has run. Thread-safe. */
final class TrackedAgent {

  private final RunningAgent running;
  private final Optional<ProcessId> keeper;
  private final Optional<ProcessId> first;
  private final CompletableFuture<AgentExit> exit;
  private volatile boolean lastEnded;

  private TrackedAgent(
      RunningAgent running,
      Optional<ProcessId> keeper,
      Optional<ProcessId> first,
      CompletableFuture<AgentExit> exit) {
    this.running = running;
    this.keeper = keeper;
    this.first = first;
    this.exit = exit;
  }

  /** Returns an agent that was just started or adopted. */
  static TrackedAgent of(
      AgentRef agent,
      long incarnation,
      String description,
      Optional<ProcessId> keeper,
      Optional<ProcessId> first) {
    CompletableFuture<AgentExit> exit = new CompletableFuture<>();
    return new TrackedAgent(
        new RunningAgent(agent, incarnation, description, exit.minimalCompletionStage()),
        keeper,
        first,
        exit);
  }

  AgentRef agent() {
    return running.agent();
  }

  RunningAgent running() {
    return running;
  }

  Optional<ProcessId> keeper() {
    return keeper;
  }

  Optional<ProcessId> first() {
    return first;
  }

  boolean firstRuns() {
    return first.filter(ProcessId::runs).isPresent();
  }

  /** Returns whether the first process runs and is not stopped: a stopped one handles no TERM. */
  boolean canHandleSignals() {
    return first.flatMap(ProcessId::running).filter(stat -> !stat.stopped()).isPresent();
  }

  CompletableFuture<AgentExit> exit() {
    return exit;
  }

  /** Returns whether the first process has ended. */
  boolean ended() {
    return exit.isDone();
  }

  /** Completes the exit: the first process has ended. */
  void end(AgentExit seen) {
    exit.complete(seen);
  }

  /** Returns whether the keeper reported the end of the last process. */
  boolean lastEnded() {
    return lastEnded;
  }

  void endLast() {
    lastEnded = true;
  }
}
