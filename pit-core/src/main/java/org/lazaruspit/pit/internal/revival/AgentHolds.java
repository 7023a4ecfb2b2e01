package org.lazaruspit.pit.internal.revival;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.FailureDetection;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.journal.JournalEvent;
import org.lazaruspit.pit.internal.journal.RestrictionEvent;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Ended;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;
import org.lazaruspit.pit.internal.ledger.AgentHistory;
import org.lazaruspit.pit.spi.AgentRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds of agents in trouble that a restart does not cure, such as a spent quota or a refused key.
 * Thread-safe.
 */
final class AgentHolds {

  private static final Logger log = LoggerFactory.getLogger(AgentHolds.class);

  private final InstantSource clock;

  AgentHolds(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Journals a hold, once; does nothing for an agent that has a newer incarnation, a restraint or
   * an open revival.
   */
  void hold(
      OwnedCell owned,
      AgentRef agent,
      long incarnation,
      FailureCause cause,
      String evidence,
      Optional<Instant> since)
      throws IOException {
    String agentId = agent.agentId();
    AtomicBoolean isNew = new AtomicBoolean();
    owned.decide(
        ledger -> {
          AgentHistory history = ledger.of(agentId);
          if (history.incarnation() != incarnation
              || history.restraint().isPresent()
              || history.openRevival().isPresent()) {
            return List.of();
          }
          isNew.set(true);
          return List.of(RestrictionEvent.held(agentId, incarnation, cause, evidence));
        });
    if (isNew.get()) {
      report(
          owned, new FailureDetection(agent, incarnation, cause, clock.instant(), since), evidence);
    }
  }

  /** Ends the revival of an attempt, and holds its agent. */
  void hold(Attempt attempt, FailureCause cause, String reason) throws IOException {
    Subject subject = attempt.subject();
    attempt
        .cell()
        .record(
            new Ended(
                subject, RevivalStatus.SUPERSEDED, "held (" + cause.wireName() + "): " + reason),
            RestrictionEvent.held(subject.agentId(), subject.incarnation(), cause, reason));
    report(
        attempt.cell(),
        new FailureDetection(
            attempt.agent(), subject.incarnation(), cause, clock.instant(), Optional.empty()),
        reason);
  }

  private static void report(OwnedCell owned, FailureDetection held, String reason) {
    log.warn(
        "{}: held ({}): {}", owned.label(held.agent().agentId()), held.cause().wireName(), reason);
    owned.failureDetected(held);
  }

  /** Returns the event that ends the hold of an agent that is well again; none without a hold. */
  static List<JournalEvent> lift(AgentHistory history, String agentId, String evidence) {
    return isHeld(history)
        ? List.of(
            RestrictionEvent.of(
                RestrictionEvent.Change.LIFTED,
                agentId,
                history.incarnation(),
                "healthy again: " + evidence))
        : List.of();
  }

  static boolean isHeld(AgentHistory history) {
    return history.restraint().filter(it -> it.kind() == Restriction.Kind.HELD).isPresent();
  }
}
