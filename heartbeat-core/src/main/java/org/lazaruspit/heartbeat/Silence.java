package org.lazaruspit.heartbeat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Silence of one agent, from its first missed deadline to its end; counted by the {@link
 * MassSilenceGuard}.
 */
final class Silence {
  final AgentEntry entry;

  /** Time of detection. */
  final long since;

  /** Whether the silence began within the last time-out. */
  final AtomicBoolean recent = new AtomicBoolean(true);

  /** Whether the silence is held. */
  @GuardedBy("entry")
  private boolean held;

  Silence(AgentEntry entry, long since) {
    this.entry = entry;
    this.since = since;
  }

  boolean isHeld() {
    synchronized (entry) {
      return held;
    }
  }

  /** Holds or releases the silence; returns whether that changed it. */
  boolean hold(boolean newHeld) {
    synchronized (entry) {
      boolean changed = held != newHeld;
      held = newHeld;
      return changed;
    }
  }

  /** Returns whether this is the current silence in the state. */
  @SuppressWarnings("ReferenceEquality") // each silence is one object
  boolean isOf(AgentState state) {
    return state.silence() == this;
  }
}
