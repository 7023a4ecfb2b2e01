package org.lazaruspit.pit.internal.process;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.lazaruspit.pit.spi.AgentExit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches running agents until their whole process trees are gone: the leader, and every holder of
 * the agent lock. The operating system reports the end of a child; the end of an adopted agent
 * shows at its lock. Thread-safe.
 */
final class ProcessExitWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ProcessExitWatch.class);
  private static final OptionalInt REFUSAL = OptionalInt.of(AgentLock.HELD_STATUS);
  private static final String REFUSED = "refused by the kernel: another process holds its lock";

  /**
   * A killed process closes its files before it is gone. So a leader that has released its lock is
   * checked again, {@link #MAX_RECHECKS} times, before its exit is left to the JDK, which notices
   * the end of a process that is no child of this JVM seconds late.
   */
  private static final long RECHECK_MILLIS = 5;

  private static final int MAX_RECHECKS = 20;

  private final SharedProcessScans scans;
  private final Executor threads;
  private final Consumer<TrackedAgent> onLost;
  private final Consumer<TrackedAgent> onEnded;
  private volatile boolean closed;

  /**
   * Makes a watch without agents.
   *
   * @param threads run blocking work
   * @param onLost called with an agent whose state is unknown from now on
   * @param onEnded called with an agent that is gone, on one of the threads
   */
  ProcessExitWatch(
      SharedProcessScans scans,
      Executor threads,
      Consumer<TrackedAgent> onLost,
      Consumer<TrackedAgent> onEnded) {
    this.scans = scans;
    this.threads = threads;
    this.onLost = onLost;
    this.onEnded = onEnded;
  }

  /** Watches an agent whose leader is a child of this JVM. */
  void watchChild(TrackedAgent agent, AgentLock lock, Process leader) {
    CompletableFuture<Void> unused =
        leader.onExit().thenAccept(process -> leaderEnded(agent, lock, process.exitValue()));
  }

  /** Watches an agent that was adopted. */
  void watchAdopted(TrackedAgent agent, AgentLock lock) {
    awaitFree(agent, lock, new AgentExit(Instant.now(), "its process is gone"));
  }

  private void leaderEnded(TrackedAgent agent, AgentLock lock, int status) {
    if (closed) {
      return;
    }
    OptionalInt known = status <= 128 ? OptionalInt.of(status) : OptionalInt.empty();
    untilTreeIsGone(agent, lock, new AgentExit(Instant.now(), describeExit(status), known));
  }

  private void untilTreeIsGone(TrackedAgent agent, AgentLock lock, AgentExit exit) {
    untilTreeIsGone(agent, lock, exit, MAX_RECHECKS);
  }

  private void untilTreeIsGone(TrackedAgent agent, AgentLock lock, AgentExit exit, int rechecks) {
    // Started beside the lock check: ready by the time of the stop that needs it as a proof.
    TrackedAgent.StartedScan scan = new TrackedAgent.StartedScan(scans.next(), System.nanoTime());
    CompletableFuture<Void> unused =
        lock.isFreeAsync()
            .handle(
                (free, problem) -> {
                  if (problem != null) {
                    stopTracking(agent, problem);
                  } else if (free) {
                    lockIsFree(agent, lock, scan, exit, rechecks);
                  } else if (exit.status().equals(REFUSAL)) {
                    // Waits for a process scan, so it must not run on this thread.
                    threads.execute(() -> heldOrRefused(agent, lock, exit));
                  } else {
                    awaitFree(agent, lock, exit);
                  }
                  return null;
                });
  }

  private void lockIsFree(
      TrackedAgent agent,
      AgentLock lock,
      TrackedAgent.StartedScan scan,
      AgentExit exit,
      int rechecks) {
    Optional<ProcessHandle> leader =
        agent.leader().filter(known -> agent.leaderRuns()).flatMap(AgentRecord::handle);
    if (leader.isEmpty()) {
      agent.end(exit, scan);
      threads.execute(() -> onEnded.accept(agent));
      return;
    }
    if (rechecks > 0) {
      CompletableFuture.delayedExecutor(RECHECK_MILLIS, TimeUnit.MILLISECONDS, threads)
          .execute(() -> untilTreeIsGone(agent, lock, exit, rechecks - 1));
      return;
    }
    // The leader has closed its inherited descriptors, so the lock says nothing about it.
    CompletableFuture<Void> unused =
        leader.get().onExit().thenAccept(process -> untilTreeIsGone(agent, lock, exit));
  }

  private void awaitFree(TrackedAgent agent, AgentLock lock, AgentExit exit) {
    try {
      CompletableFuture<Void> unused =
          lock.whenFree().thenRun(() -> untilTreeIsGone(agent, lock, exit));
    } catch (IOException e) {
      stopTracking(agent, e);
    }
  }

  private void stopTracking(TrackedAgent agent, Throwable problem) {
    onLost.accept(agent);
    if (!closed) {
      log.warn("{}: lock cannot be watched", agent.agent(), problem);
    }
  }

  /** The status is that of a refusal, but an agent may end with it too, and leave children. */
  private void heldOrRefused(TrackedAgent agent, AgentLock lock, AgentExit exit) {
    try {
      boolean hasOwnMembers =
          scans.awaitNext().members(lock).stream()
              .anyMatch(pid -> ProcessTree.incarnationOf(pid) == agent.running().incarnation());
      if (hasOwnMembers || lock.isFree()) {
        awaitFree(agent, lock, exit);
      } else {
        // The process never became the agent: that is the lock holder, to be adopted next.
        onLost.accept(agent);
        agent.end(new AgentExit(Instant.now(), REFUSED));
      }
    } catch (IOException e) {
      stopTracking(agent, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The JDK reports a signal as status 128 plus its number, as shells do. */
  private static String describeExit(int status) {
    int signal = status - 128;
    if (signal <= 0 || signal > 64) {
      return "ended with status " + status;
    }
    String name =
        switch (signal) {
          case 1 -> " (HUP)";
          case 2 -> " (INT)";
          case 6 -> " (ABRT)";
          case 9 -> " (KILL)";
          case 11 -> " (SEGV)";
          case 15 -> " (TERM)";
          default -> "";
        };
    return "killed by signal " + signal + name;
  }

  /** Stops all reports. */
  @Override
  public void close() {
    closed = true;
  }
}
