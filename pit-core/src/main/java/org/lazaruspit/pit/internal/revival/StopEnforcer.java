package org.lazaruspit.pit.internal.revival;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
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

/** Stops agents that an operator has stopped, until resumed; started by any means. Thread-safe. */
final class StopEnforcer {

  private static final Logger log = LoggerFactory.getLogger(StopEnforcer.class);

  private final FencedReviver reviver;
  private final InstantSource clock;
  private final ExecutorService threads;
  private final Set<AgentRef> busy;
  private final Runnable afterwards;
  private final LogOnChange unstopped = new LogOnChange();

  /**
   * Creates an enforcer.
   *
   * @param threads runs the stops
   * @param busy agents that a thread acts on; shared with the dispatcher
   * @param afterwards run after each stop
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

  /** Stops the agent if a stop is ordered; does nothing while a thread acts on it. */
  void enforce(OwnedCell owned, String agentId) {
    AgentRef agent = owned.ref(agentId);
    if (!toBeStopped(owned, agentId) || !busy.add(agent)) {
      return;
    }
    try {
      threads.execute(() -> stop(owned, agentId));
    } catch (RejectedExecutionException e) {
      busy.remove(agent);
      log.debug("{}: not stopped: this pit closes; the next pit stops it", owned.label(agentId));
    }
  }

  private boolean toBeStopped(OwnedCell owned, String agentId) {
    return owned
        .blocker(agentId, clock.instant())
        .filter(blocker -> blocker.kind() == RevivalBlocker.Kind.STOPPED)
        .isPresent();
  }

  private void stop(OwnedCell owned, String agentId) {
    AgentRef agent = owned.ref(agentId);
    try {
      if (toBeStopped(owned, agentId)) {
        stop(owned, agentId, reviver.presence(agent));
      } else {
        unstopped.clear(agent);
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      if (threads.isShutdown()) {
        log.debug(
            "{}: not stopped: this pit closes; the next pit stops it", owned.label(agentId), e);
      } else if (unstopped.isNew(agent, e.toString())) {
        log.error("{}: stop failed", owned.label(agentId), e);
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

  private void stop(OwnedCell owned, String agentId, Presence presence)
      throws IOException, InterruptedException {
    AgentRef agent = owned.ref(agentId);
    Optional<String> subject = subject(presence);
    if (subject.isEmpty()) {
      unstopped.clear(agent);
      return;
    }
    long running = presence instanceof Presence.Running found ? found.running().incarnation() : 0;
    long newest = Math.max(owned.ledger().incarnation(agentId), running);
    StopOutcome outcome =
        reviver.stop(new StopOrder(agent, newest, RevivalRunner.STOP_GRACE), owned::requireHeld);
    if (unstopped.isNew(agent, outcome.toString())) {
      log.info(
          "{}: stop of {} ordered by an operator: {}",
          owned.label(agentId),
          subject.get(),
          describe(outcome));
    }
  }

  /** Returns the processes to stop; empty without such processes. */
  private static Optional<String> subject(Presence presence) {
    if (presence instanceof Presence.Running found) {
      return Optional.of(found.running().description());
    }
    return presence instanceof Presence.Ended ended
        ? Optional.of("its rest (" + ended.remainder() + ")")
        : Optional.empty();
  }

  private static String describe(StopOutcome outcome) {
    if (outcome instanceof StopOutcome.Gone gone) {
      return (gone.proven() ? "gone, proven: " : "gone as far as known: ") + gone.evidence();
    }
    return outcome instanceof StopOutcome.StillThere still
        ? "not stopped: " + still.reason()
        : "not stopped, a newer incarnation runs";
  }
}
