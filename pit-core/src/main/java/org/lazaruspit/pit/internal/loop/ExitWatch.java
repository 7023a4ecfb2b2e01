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
 * Follows running agents and asks for a revival the moment one is gone, without waiting for a poll.
 * Thread-safe.
 */
public final class ExitWatch {

  private static final Logger log = LoggerFactory.getLogger(ExitWatch.class);

  private final Executor executor;
  private final Map<AgentRef, RunningAgent> followed = new ConcurrentHashMap<>();
  private volatile @Nullable Revivals revivals;

  public ExitWatch(Executor executor) {
    this.executor = executor;
  }

  public void reportTo(Revivals target) {
    revivals = target;
  }

  /** True when this running agent was not followed before. */
  public boolean follow(RunningAgent running) {
    RunningAgent before = followed.put(running.agent(), running);
    if (before != null && before.exit().equals(running.exit())) {
      return false;
    }
    running.exit().thenAccept(exit -> handOver(running, exit));
    return true;
  }

  private void handOver(RunningAgent running, AgentExit exit) {
    try {
      executor.execute(() -> gone(running, exit));
    } catch (RejectedExecutionException e) {
      log.debug("{}: is gone, and so are we", running.agent());
    }
  }

  private void gone(RunningAgent running, AgentExit exit) {
    Revivals target = revivals;
    if (target == null || !followed.remove(running.agent(), running)) {
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
      log.debug("{}: gone, and no longer ours", running.agent());
    } catch (IOException e) {
      log.error("{}: gone, but nothing is done: {}", running.agent(), e.getMessage());
    }
  }
}
