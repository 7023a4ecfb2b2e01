package org.lazaruspit.pit.internal.revival;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Decided;
import org.lazaruspit.pit.internal.ledger.RevivalFold;
import org.lazaruspit.pit.internal.ledger.RevivalLedger;

/** Operators' approvals and denials of pending revivals, kept in the journal. Thread-safe. */
final class Approvals {

  private final InstantSource clock;

  Approvals(InstantSource clock) {
    this.clock = clock;
  }

  Revival approve(OwnedCell owned, String revival, String by) throws IOException {
    return decide(owned, revival, true, by);
  }

  Revival deny(OwnedCell owned, String revival, String reason) throws IOException {
    return decide(owned, revival, false, reason);
  }

  private Revival decide(OwnedCell owned, String id, boolean approved, String detail)
      throws IOException {
    return owned
        .decide(ledger -> List.of(decision(ledger, id, approved, detail)))
        .find(id)
        .orElseThrow();
  }

  private Decided decision(RevivalLedger ledger, String id, boolean approved, String detail) {
    Revival revival = ledger.find(id).orElseThrow();
    if (revival.status() != RevivalStatus.PENDING_APPROVAL) {
      throw new IllegalStateException(
          "revival %s is %s; only a revival that is pending_approval can be decided"
              .formatted(id, revival.status().wireName()));
    }
    if (RevivalPlanner.expired(revival.requestedAt(), clock.instant())) {
      throw new IllegalStateException(
          "revival %s was requested at %s, more than 24 h ago; the pit requests a new approval"
              .formatted(id, revival.requestedAt()));
    }
    return new Decided(
        RevivalFold.subject(revival, ledger.of(revival.agent().agentId())), approved, detail);
  }
}
