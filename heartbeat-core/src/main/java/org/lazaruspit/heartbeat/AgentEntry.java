package org.lazaruspit.heartbeat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;

/**
 * The concurrent cell of one agent.
 *
 * <p>A heartbeat of an agent with nothing to tell stores the time of the last sign of life and then
 * looks at the state; whoever changes the state looks at the time after having stored it, both
 * sequentially consistent. So of a heartbeat and an expiry that race one sees the other, as in
 * Dekker's algorithm, without a lock on the heartbeat's side. Everything else happens under the
 * entry's monitor.
 */
final class AgentEntry {
  static final long NEVER = Long.MIN_VALUE;
  private static final VarHandle LAST_SIGN;

  static {
    try {
      LAST_SIGN = MethodHandles.lookup().findVarHandle(AgentEntry.class, "lastSign", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final String id;

  @SuppressWarnings("unused") // by its VarHandle
  private volatile long lastSign;

  /** Wall-clock milliseconds of the last heartbeat, or {@link #NEVER}; for display. */
  volatile long beatMillis = NEVER;

  /** The last response time told, or {@link #NEVER}; for display. */
  volatile long responseNanos = NEVER;

  volatile long incarnation;
  volatile AgentState state = AgentState.PLAIN;
  volatile Map<String, Object> metadata = Map.of();

  /**
   * Set under the monitor when the registry has forgotten the agent: whoever finds it set looks it
   * up again.
   */
  boolean removed;

  AgentEntry(String id, long incarnation, long now) {
    this.id = id;
    this.incarnation = incarnation;
    this.lastSign = now;
  }

  long lastSign() {
    return (long) LAST_SIGN.getVolatile(this);
  }

  /** Two heartbeats of one agent may overtake each other: the later one stays. */
  void signOfLife(long now) {
    if (now - (long) LAST_SIGN.getOpaque(this) > 0) {
      LAST_SIGN.setVolatile(this, now);
    }
  }

  /**
   * A clock of its own for a new incarnation, whatever the old one's zombie may have stored
   * meanwhile.
   */
  void restart(long now) {
    LAST_SIGN.setVolatile(this, now);
  }

  /** Whether there is nothing to tell, so that a heartbeat need only be noted. */
  @SuppressWarnings("ReferenceEquality") // the shared instance, see AgentState.normal
  boolean isPlain() {
    return state == AgentState.PLAIN;
  }
}
