package org.lazaruspit.pit.internal.process;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.lazaruspit.pit.internal.os.ProcFs.ProcessId;
import org.lazaruspit.pit.spi.AgentExit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches agents until their first processes have ended. The keeper reports the end of an agent
 * that this JVM started, and the operating system that of a child. The end of an adopted agent
 * shows in its record and at its lock. Thread-safe.
 */
final class ProcessExitWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ProcessExitWatch.class);
  private static final String GONE = "its process is gone";
  private static final String REFUSED = "refused by the kernel: another process holds its lock";

  /**
   * A killed process closes its files before it is gone. So a first process that has released its
   * lock is checked again, {@link #MAX_RECHECKS} times, before its exit is left to the JDK, which
   * notices the end of a process that is no child of this JVM seconds late.
   */
  private static final long RECHECK_MILLIS = 5;

  private static final int MAX_RECHECKS = 20;

  private final Executor threads;
  private final Consumer<TrackedAgent> onLost;
  private final Consumer<TrackedAgent> onEnded;
  private final Set<TrackedAgent> children = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Makes a watch without agents.
   *
   * @param threads run blocking work
   * @param onLost called with an agent whose state is unknown from now on
   * @param onEnded called with an agent whose last process has ended, on one of the threads
   */
  ProcessExitWatch(
      Executor threads, Consumer<TrackedAgent> onLost, Consumer<TrackedAgent> onEnded) {
    this.threads = threads;
    this.onLost = onLost;
    this.onEnded = onEnded;
  }

  /** Listener for the keeper of an agent that is being started. */
  final class KeeperReports implements KeeperTemplate.Listener {

    private final AgentLock lock;
    private final CompletableFuture<TrackedAgent> agent = new CompletableFuture<>();

    KeeperReports(AgentLock lock) {
      this.lock = lock;
    }

    /** Begins the watch; earlier reports are handled now. */
    void watch(TrackedAgent started) {
      agent.complete(started);
    }

    @Override
    public void firstEnded(int status, boolean last) {
      CompletableFuture<Void> unused = agent.thenAccept(known -> firstEnded(known, status, last));
    }

    private void firstEnded(TrackedAgent known, int status, boolean last) {
      if (last) {
        lastEnded(known);
      }
      known.end(ExitStatus.ofWait(status));
    }

    @Override
    public void lastEnded() {
      CompletableFuture<Void> unused = agent.thenAccept(this::lastEnded);
    }

    private void lastEnded(TrackedAgent known) {
      known.endLast();
      threads.execute(() -> onEnded.accept(known));
    }

    @Override
    public void lost() {
      CompletableFuture<Void> unused =
          agent.thenAccept(known -> threads.execute(() -> watchAdopted(known, lock)));
    }
  }

  /** Watches an agent without a keeper, whose first process is a child of this JVM. */
  void watchChild(TrackedAgent agent, Process first) {
    children.add(agent);
    CompletableFuture<Void> unused =
        first
            .onExit()
            .thenAccept(
                process -> {
                  if (process.exitValue() == AgentLock.HELD_STATUS) {
                    // The process never became the agent: that is the lock holder, adopted next.
                    onLost.accept(agent);
                    agent.end(new AgentExit(Instant.now(), REFUSED));
                  } else if (!closed) {
                    agent.end(ExitStatus.ofChild(process.exitValue()));
                  }
                  children.remove(agent);
                });
  }

  /** Watches an agent of an earlier pit, or one whose keeper reports no more. */
  void watchAdopted(TrackedAgent agent, AgentLock lock) {
    inspect(agent, lock);
    if (!agent.ended() && !agent.keeper().filter(ProcessId::runs).isPresent() && !closed) {
      log.warn(
          "{}: runs without a keeper: its end cannot be proven, only that nothing known of it runs",
          agent.agent());
    }
    if (!agent.lastEnded()) {
      awaitFree(agent, lock);
    }
    if (agent.keeper().filter(ProcessId::runs).isEmpty()) {
      // Processes that it leaves may hold the lock for long.
      agent
          .first()
          .filter(ProcessId::runs)
          .flatMap(first -> ProcessHandle.of(first.pid()))
          .ifPresent(first -> awaitEnd(agent, lock, first));
    }
  }

  private void awaitEnd(TrackedAgent agent, AgentLock lock, ProcessHandle first) {
    CompletableFuture<Void> unused =
        first.onExit().thenAccept(ended -> afterLock(agent, lock, MAX_RECHECKS));
  }

  /**
   * Called when the first process is not running, and its end was not reported. A keeper that a
   * signal has stopped goes on and reports it; without a keeper it is the end.
   */
  void firstIsGone(TrackedAgent agent, AgentLock lock) throws IOException, InterruptedException {
    inspect(agent, lock); // a report may be lost
    Optional<ProcessId> keeper = agent.keeper().filter(ProcessId::runs);
    if (keeper.isPresent()) {
      ProcessTree.resume(keeper.get());
    } else if (agent.first().isPresent() && !children.contains(agent)) {
      agent.end(new AgentExit(Instant.now(), GONE));
    }
  }

  /** Takes over an end that the keeper has recorded. */
  void inspect(TrackedAgent agent, AgentLock lock) {
    try {
      Optional<AgentRecord> record =
          lock.record().filter(known -> agent.first().filter(known.first()::equals).isPresent());
      if (record.filter(AgentRecord::gone).isPresent()) {
        agent.endLast();
        threads.execute(() -> onEnded.accept(agent));
      }
      record.map(AgentRecord::ended).orElse(OptionalInt.empty()).stream()
          .mapToObj(ExitStatus::ofWait)
          .forEach(agent::end);
    } catch (IOException | RejectedExecutionException e) {
      stopTracking(agent, e);
    }
  }

  private void awaitFree(TrackedAgent agent, AgentLock lock) {
    try {
      CompletableFuture<Void> unused = lock.whenFree().thenRun(() -> ifFree(agent, lock));
    } catch (IOException e) {
      stopTracking(agent, e);
    }
  }

  /** The wait may have ended early. */
  private void ifFree(TrackedAgent agent, AgentLock lock) {
    if (closed) {
      return;
    }
    CompletableFuture<Void> unused =
        lock.isFreeAsync()
            .handle(
                (free, problem) -> {
                  if (problem != null) {
                    stopTracking(agent, problem);
                  } else if (free) {
                    threads.execute(() -> afterLock(agent, lock, MAX_RECHECKS));
                  } else {
                    awaitFree(agent, lock);
                  }
                  return null;
                });
  }

  /** Without a recorded end no keeper is left, so the first process decides. */
  private void afterLock(TrackedAgent agent, AgentLock lock, int rechecks) {
    inspect(agent, lock);
    if (agent.ended()) {
      return;
    }
    Optional<ProcessHandle> first =
        agent.first().filter(ProcessId::runs).flatMap(id -> ProcessHandle.of(id.pid()));
    if (first.isEmpty()) {
      agent.end(new AgentExit(Instant.now(), GONE));
    } else if (rechecks > 0) {
      CompletableFuture.delayedExecutor(RECHECK_MILLIS, TimeUnit.MILLISECONDS, threads)
          .execute(() -> afterLock(agent, lock, rechecks - 1));
    } else {
      // It has closed its inherited descriptors, so the lock says nothing about it.
      awaitEnd(agent, lock, first.get());
    }
  }

  private void stopTracking(TrackedAgent agent, Throwable problem) {
    onLost.accept(agent);
    if (!closed) {
      log.warn("{}: end cannot be watched", agent.agent(), problem);
    }
  }

  /** Stops all reports. */
  @Override
  public void close() {
    closed = true;
  }
}
