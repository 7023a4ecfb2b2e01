package org.lazaruspit.pit.internal.ledger;

import java.time.Instant;
import java.util.Optional;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStep;
import org.lazaruspit.pit.internal.journal.RevivalEvent;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Decided;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Requested;
import org.lazaruspit.pit.internal.journal.RevivalEvent.StepTaken;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;
import org.lazaruspit.pit.spi.AgentRef;

/** Folds the events of a journal into revivals. Pure. */
public final class RevivalFold {

  private RevivalFold() {}

  /** Returns the revival that a request begins. */
  public static Revival requested(AgentRef agent, Instant at, Requested event) {
    return new Revival(
        event.subject().revival(),
        agent,
        event.origin(),
        event.substitute(),
        event.subject().cause(),
        event.detail(),
        at,
        Optional.empty(),
        event.status(),
        event.subject().attempt(),
        event.subject().incarnation(),
        Optional.empty(),
        Optional.empty(),
        at,
        event.detail());
  }

  /** Returns the revival as it is after one more event. */
  static Revival after(Revival before, Instant at, RevivalEvent event) {
    boolean approved = event instanceof Decided decided && decided.approved();
    StepTaken taken = event instanceof StepTaken step ? step : null;
    return new Revival(
        before.id(),
        before.agent(),
        before.origin(),
        before.substitute(),
        before.cause(),
        before.reason(),
        before.requestedAt(),
        approved ? Optional.of(at) : before.approvedAt(),
        event.status(),
        event.subject().attempt(),
        event.subject().incarnation(),
        taken == null ? before.step() : Optional.of(taken.step()),
        taken == null ? before.checkpoint() : checkpoint(before, taken),
        at,
        event.detail());
  }

  /** The first step of an attempt clears the checkpoint of the attempt before. */
  private static Optional<String> checkpoint(Revival before, StepTaken taken) {
    if (taken.step() == RevivalStep.STOP) {
      return Optional.empty();
    }
    return taken.checkpoint().isPresent() ? taken.checkpoint() : before.checkpoint();
  }

  /** Returns whether the current attempt has reached the start of the agent. */
  static boolean startBegun(Revival revival) {
    return revival.step().filter(taken -> taken.compareTo(RevivalStep.START) >= 0).isPresent();
  }

  /** Returns the subject of the next event about a revival. */
  public static Subject subject(Revival revival, AgentHistory history) {
    return new Subject(
        revival.id(),
        revival.agent().agentId(),
        revival.cause(),
        revival.attempt(),
        history.incarnation());
  }
}
