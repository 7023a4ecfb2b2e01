package org.lazaruspit.heartbeat;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One agent's silence, from its first missed deadline until it ends; counted by the {@link
 * MassSilenceGuard}.
 */
final class Silence {
  final AgentEntry entry;

  /** When the silence was noticed. */
  final long since;

  /** Whether it still counts as one of the silences that began within the last time-out. */
  final AtomicBoolean recent = new AtomicBoolean(true);

  /** Whether it is held; guarded by the entry's monitor. */
  boolean held;

  Silence(AgentEntry entry, long since) {
    this.entry = entry;
    this.since = since;
  }

  /** Whether it is this silence that the agent is in. */
  @SuppressWarnings("ReferenceEquality") // each silence is one object
  boolean isOf(AgentState state) {
    return state.overdue() == this;
  }
}
