package org.lazaruspit.pit.internal.revival;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.internal.plugin.FencedReviver;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends agents that a person wants not to run, whoever started them, for as long as that stands.
 * Thread-safe.
 */
final class StopEnforcer {

  private static final Logger log = LoggerFactory.getLogger(StopEnforcer.class);

  private final FencedReviver reviver;
  private final InstantSource clock;
  private final ExecutorService threads;
  private final Set<AgentRef> busy;
  private final Runnable afterwards;
  private final LogOnChange unstopped = new LogOnChange();

  /**
   * Stops on these threads.
   *
   * @param busy whom somebody works on; nobody else does while an agent is stopped
   * @param afterwards is run once nobody works on the agent any more
   */
  StopEnforcer(
      FencedReviver reviver,
      InstantSource clock,
      ExecutorService threads,
      Set<AgentRef> busy,
      Runnable afterwards) {
    this.reviver = reviver;
    this.clock = clock;
    this.threads = threads;
    this.busy = busy;
    this.afterwards = afterwards;
  }

  /** Ends the agent if it is to be stopped; does nothing while somebody works on it. */
  void enforce(OwnedCell work, String agentId) {
    AgentRef agent = work.ref(agentId);
    if (!toBeStopped(work, agentId) || !busy.add(agent)) {
      return;
    }
    try {
      threads.execute(() -> stop(work, agentId));
    } catch (RejectedExecutionException e) {
      busy.remove(agent);
      log.debug("{}: not stopped, this pit closes", work.label(agentId));
    }
  }

  private boolean toBeStopped(OwnedCell work, String agentId) {
    return work.blocker(agentId, clock.instant())
        .filter(bar -> bar.kind() == RevivalBlocker.Kind.STOPPED)
        .isPresent();
  }

  private void stop(OwnedCell work, String agentId) {
    AgentRef agent = work.ref(agentId);
    try {
      if (toBeStopped(work, agentId)
          && reviver.presence(agent) instanceof Presence.Running running) {
        StopOrder order =
            new StopOrder(
                agent,
                Math.max(work.ledger().incarnation(agentId), running.running().incarnation()),
                RevivalRunner.STOP_GRACE);
        StopOutcome outcome = reviver.stop(order, work::requireHeld);
        if (unstopped.isNew(agent, outcome.toString())) {
          log.info(
              "{}: {} was to be stopped: {}",
              work.label(agentId),
              running.running().description(),
              outcome);
        }
      } else {
        unstopped.clear(agent);
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      if (threads.isShutdown()) {
        log.debug("{}: left for the next pit to stop, this one closes", work.label(agentId), e);
      } else if (unstopped.isNew(agent, e.toString())) {
        log.error("{}: could not be stopped", work.label(agentId), e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      busy.remove(agent);
    }
    if (!threads.isShutdown()) {
      afterwards.run();
    }
  }
}
