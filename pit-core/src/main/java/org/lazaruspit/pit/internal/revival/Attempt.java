package org.lazaruspit.pit.internal.revival;

import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.cell.RevivalOverException;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;
import org.lazaruspit.pit.spi.AgentRef;

/** Data of one attempt, for its steps. Immutable. */
record Attempt(OwnedCell cell, Revival revival, int number) {

  String agentId() {
    return revival.agent().agentId();
  }

  AgentRef agent() {
    return revival.agent();
  }

  String label() {
    return cell.label(agentId());
  }

  /** Returns the current incarnation by the journal. */
  long incarnation() {
    return cell.ledger().incarnation(agentId());
  }

  Subject subject() {
    return subject(incarnation());
  }

  Subject subject(long incarnation) {
    return new Subject(revival.id(), agentId(), revival.cause(), number, incarnation);
  }

  /** Throws if the revival has ended meanwhile. */
  void requireOpen() {
    cell.ledger()
        .of(agentId())
        .find(revival.id())
        .filter(current -> !current.status().open())
        .ifPresent(
            ended -> {
              throw new RevivalOverException(ended, "the next step");
            });
  }
}
