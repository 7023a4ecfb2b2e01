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
 * Watches over running agents until all of each is gone: its first process, and whoever holds its
 * lock. A child's end is told by the operating system, an adopted one's by its lock. Thread-safe.
 */
final class ProcessExitWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ProcessExitWatch.class);
  private static final OptionalInt REFUSAL = OptionalInt.of(AgentLock.HELD_STATUS);
  private static final String REFUSED = "refused by the kernel: another process holds its lock";

  /**
   * A process that is killed closes its files, and only then is gone: so much later one that has
   * left its lock is looked at again, so many times. Whoever lives on without its lock is left to
   * the operating system to tell of, which the JDK notices seconds late where it is no child of
   * ours.
   */
  private static final long LEAVES_WITHIN_MILLIS = 5;

  private static final int LOOKS_AT_WHO_LEAVES = 20;

  private final SharedProcessScans scans;
  private final Executor threads;
  private final Consumer<TrackedAgent> lost;
  private final Consumer<TrackedAgent> ended;
  private volatile boolean closed;

  /**
   * A watch over nobody yet.
   *
   * @param threads where what takes its time is done
   * @param lost is told whom nothing is known of any more, so that the next look asks the kernel
   * @param ended is told who is gone, on one of these threads
   */
  ProcessExitWatch(
      SharedProcessScans scans,
      Executor threads,
      Consumer<TrackedAgent> lost,
      Consumer<TrackedAgent> ended) {
    this.scans = scans;
    this.threads = threads;
    this.lost = lost;
    this.ended = ended;
  }

  /** Watches an agent whose first process is our child. */
  void ofChild(TrackedAgent agent, AgentLock lock, Process leader) {
    CompletableFuture<Void> unused =
        leader.onExit().thenAccept(process -> leaderEnded(agent, lock, process.exitValue()));
  }

  /** Watches an agent that was found running. */
  void ofAdopted(TrackedAgent agent, AgentLock lock) {
    awaitFreed(agent, lock, new AgentExit(Instant.now(), "its process is gone"));
  }

  private void leaderEnded(TrackedAgent agent, AgentLock lock, int status) {
    if (closed) {
      return;
    }
    OptionalInt known = status <= 128 ? OptionalInt.of(status) : OptionalInt.empty();
    untilTreeIsGone(agent, lock, new AgentExit(Instant.now(), describeExit(status), known));
  }

  private void untilTreeIsGone(TrackedAgent agent, AgentLock lock, AgentExit how) {
    untilTreeIsGone(agent, lock, how, LOOKS_AT_WHO_LEAVES);
  }

  private void untilTreeIsGone(TrackedAgent agent, AgentLock lock, AgentExit how, int looksLeft) {
    // Begun together, so that it is done by the time that somebody asks for the proof.
    TrackedAgent.Look look = new TrackedAgent.Look(scans.next(), System.nanoTime());
    CompletableFuture<Void> unused =
        lock.askFree()
            .handle(
                (free, problem) -> {
                  if (problem != null) {
                    lose(agent, problem);
                  } else if (free) {
                    lockIsFree(agent, lock, look, how, looksLeft);
                  } else if (how.status().equals(REFUSAL)) {
                    // Looks at processes, so it goes to a thread that may take its time.
                    threads.execute(() -> heldOrRefused(agent, lock, how));
                  } else {
                    awaitFreed(agent, lock, how);
                  }
                  return null;
                });
  }

  private void lockIsFree(
      TrackedAgent agent, AgentLock lock, TrackedAgent.Look look, AgentExit how, int looksLeft) {
    Optional<ProcessHandle> leader =
        agent.leader().filter(known -> agent.leaderRuns()).flatMap(AgentRecord::handle);
    if (leader.isEmpty()) {
      agent.end(how, look);
      threads.execute(() -> ended.accept(agent));
      return;
    }
    if (looksLeft > 0) {
      CompletableFuture.delayedExecutor(LEAVES_WITHIN_MILLIS, TimeUnit.MILLISECONDS, threads)
          .execute(() -> untilTreeIsGone(agent, lock, how, looksLeft - 1));
      return;
    }
    // It gave up its lock by closing inherited descriptors: the operating system is asked instead.
    CompletableFuture<Void> unused =
        leader.get().onExit().thenAccept(process -> untilTreeIsGone(agent, lock, how));
  }

  private void awaitFreed(TrackedAgent agent, AgentLock lock, AgentExit how) {
    try {
      CompletableFuture<Void> unused =
          lock.whenFree().thenRun(() -> untilTreeIsGone(agent, lock, how));
    } catch (IOException e) {
      lose(agent, e);
    }
  }

  private void lose(TrackedAgent agent, Throwable problem) {
    lost.accept(agent);
    if (!closed) {
      log.warn("{}: its lock cannot be watched", agent.agent(), problem);
    }
  }

  /** Its status is the one of a refusal, but an agent may end with the same and leave children. */
  private void heldOrRefused(TrackedAgent agent, AgentLock lock, AgentExit how) {
    try {
      boolean itsOwn =
          scans.look().members(lock).stream()
              .anyMatch(pid -> ProcessTree.incarnationOf(pid) == agent.running().incarnation());
      if (itsOwn || lock.isFree()) {
        awaitFreed(agent, lock, how);
      } else {
        // It never became the agent: whoever holds the lock is, and is found by the next look.
        lost.accept(agent);
        agent.end(new AgentExit(Instant.now(), REFUSED));
      }
    } catch (IOException e) {
      lose(agent, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The JDK reports a death by signal as 128 plus its number, as shells do. */
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

  /** Nothing is told any more. */
  @Override
  public void close() {
    closed = true;
  }
}
