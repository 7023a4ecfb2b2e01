package org.lazaruspit.pit.internal.loop;

import java.io.IOException;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.internal.detection.Judge;
import org.lazaruspit.pit.internal.revival.Revivals;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.RunningAgent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches running agents, and requests a revival at an agent's exit, without waiting for a poll.
 * Thread-safe.
 */
public final class ExitListener {

  private static final Logger log = LoggerFactory.getLogger(ExitListener.class);

  private final Executor executor;
  private final Map<AgentRef, RunningAgent> watched = new ConcurrentHashMap<>();
  private volatile @Nullable Revivals revivals;

  public ExitListener(Executor executor) {
    this.executor = executor;
  }

  /** Sets the receiver of requests. */
  public void reportTo(Revivals target) {
    revivals = target;
  }

  /** Watches a running agent; returns false if it is watched already. */
  public boolean follow(RunningAgent running) {
    RunningAgent previous = watched.put(running.agent(), running);
    if (previous != null && previous.exit().equals(running.exit())) {
      return false;
    }
    running.exit().thenAccept(exit -> dispatch(running, exit));
    return true;
  }

  private void dispatch(RunningAgent running, AgentExit exit) {
    try {
      executor.execute(() -> requestRevival(running, exit));
    } catch (RejectedExecutionException e) {
      log.debug("{}: exited; the pit closes", running.agent());
    }
  }

  private void requestRevival(RunningAgent running, AgentExit exit) {
    Revivals target = revivals;
    if (target == null || !watched.remove(running.agent(), running)) {
      return;
    }
    try {
      target.request(
          running.agent(),
          running.incarnation(),
          Judge.causeOf(exit),
          exit.detail(),
          Optional.of(exit.at()));
    } catch (NoSuchElementException e) {
      log.debug("{}: exited; its cell is no longer owned", running.agent());
    } catch (IOException e) {
      log.error("{}: gone, but nothing is done: {}", running.agent(), e.getMessage());
    }
  }
}
