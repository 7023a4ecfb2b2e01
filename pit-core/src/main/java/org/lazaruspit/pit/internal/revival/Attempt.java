package org.lazaruspit.pit.internal.revival;

import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.cell.RevivalOverException;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;
import org.lazaruspit.pit.spi.AgentRef;

/** One attempt of one revival: what every step of it needs to know. Immutable. */
record Attempt(OwnedCell work, Revival revival, int number) {

  String agentId() {
    return revival.agent().agentId();
  }

  AgentRef agent() {
    return revival.agent();
  }

  String label() {
    return work.label(agentId());
  }

  /** The incarnation that is current right now, according to the journal. */
  long incarnation() {
    return work.ledger().incarnation(agentId());
  }

  Subject subject() {
    return subject(incarnation());
  }

  Subject subject(long incarnation) {
    return new Subject(revival.id(), agentId(), revival.cause(), number, incarnation);
  }

  /** Throws where somebody has ended the revival meanwhile. */
  void requireOpen() {
    work.ledger()
        .of(agentId())
        .find(revival.id())
        .filter(current -> !current.status().open())
        .ifPresent(
            ended -> {
              throw new RevivalOverException(ended, "going on");
            });
  }
}
