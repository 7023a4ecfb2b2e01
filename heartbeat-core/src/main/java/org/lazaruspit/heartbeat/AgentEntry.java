package org.lazaruspit.heartbeat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Concurrent record of one incarnation of one agent.
 *
 * <p>A heartbeat of an agent in the normal state stores the time of the sign of life, then reads
 * the state. A writer of the state stores it, then reads that time. Both accesses are sequentially
 * consistent, so of a racing heartbeat and expiry at least one sees the other (Dekker's algorithm),
 * and the heartbeat takes no lock. All other changes happen under the entry's monitor.
 *
 * <p>A newer incarnation gets a new entry, so writes of a zombie's heartbeat to the old entry are
 * lost.
 */
final class AgentEntry extends DeadlineWheel.Node {
  private static final long NEVER = Long.MIN_VALUE;
  private static final VarHandle BEAT_MILLIS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      BEAT_MILLIS = lookup.findVarHandle(AgentEntry.class, "beatMillis", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // In a large fleet cache misses dominate the cost of a heartbeat: an entry fits a cache line, and
  // rarely used fields are in Extras.
  final int hash;
  final long incarnation;
  private volatile long lastSign;
  private volatile long beatMillis = NEVER; // for display
  private volatile AgentState state;
  private volatile @Nullable Extras extras;
  final String id;

  /** Fields for display only; a reader may see values of two heartbeats together. */
  private static final class Extras {
    private volatile long responseNanos = NEVER;
    private volatile Map<String, Object> metadata = Map.of();
  }

  AgentEntry(String id, long incarnation, AgentState state, long now) {
    // A copy is allocated next to the entry, which saves a cache miss per comparison.
    this.id = new String(id.getBytes(ISO_8859_1), ISO_8859_1);
    this.hash = this.id.hashCode();
    this.incarnation = incarnation;
    this.state = state;
    this.lastSign = now;
  }

  /** Returns whether the state is normal, so that a heartbeat only stores its time. */
  @SuppressWarnings("ReferenceEquality") // shared instance, see AgentState.NORMAL
  boolean isNormal() {
    return state == AgentState.NORMAL;
  }

  /** Returns whether this entry was replaced or removed; callers then look the agent up again. */
  @SuppressWarnings("ReferenceEquality") // shared instance
  boolean isRetired() {
    return state == AgentState.RETIRED;
  }

  long lastSign() {
    return lastSign;
  }

  AgentState state() {
    return state;
  }

  void state(AgentState newState) {
    state = newState;
  }

  Map<String, Object> metadata() {
    Extras known = extras;
    return known == null ? Map.of() : known.metadata;
  }

  /** Called under this entry's monitor. */
  void metadata(Map<String, Object> values) {
    if (extras != null || !values.isEmpty()) {
      extras().metadata = values;
    }
  }

  private Extras extras() {
    Extras known = extras;
    if (known == null) {
      synchronized (this) {
        known = extras;
        if (known == null) {
          known = new Extras();
          extras = known;
        }
      }
    }
    return known;
  }

  /**
   * Stores a heartbeat. Concurrent heartbeats of one agent may overtake each other; the latest time
   * stays.
   */
  void signOfLife(Heartbeat beat, long now, long wallMillis) {
    BEAT_MILLIS.setOpaque(this, wallMillis);
    Duration responseTime = beat.responseTime();
    if (responseTime != null) {
      extras().responseNanos = Nanos.of(responseTime);
    }
    if (now - lastSign > 0) {
      lastSign = now;
    }
  }

  /** Returns a snapshot of this entry, or null if it is retired. */
  synchronized @Nullable AgentHealth health() {
    AgentState now = state;
    if (isRetired()) {
      return null;
    }
    Instant lastHeartbeat = beatMillis == NEVER ? null : Instant.ofEpochMilli(beatMillis);
    Instant lastFailure = now.failedAt() == 0 ? null : Instant.ofEpochMilli(now.failedAt());
    AgentState.Progress progress = now.progress();
    AgentState.AgreedWait wait = now.agreedWait();
    Extras known = extras;
    long responseNanos = known == null ? NEVER : known.responseNanos;
    return new AgentHealth(
        id,
        now.status(),
        lastHeartbeat,
        lastFailure == null ? lastHeartbeat : lastFailure, // a heartbeat clears failedAt
        now.failures(),
        responseNanos == NEVER ? null : Duration.ofNanos(responseNanos),
        now.error(),
        metadata(),
        incarnation,
        progress == null ? null : progress.value(),
        wait == null ? null : wait.shown(),
        now.hold());
  }
}
