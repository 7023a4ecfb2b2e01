package org.lazaruspit.heartbeat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The concurrent cell of one incarnation of one agent.
 *
 * <p>A heartbeat of an agent of which there is nothing to tell stores the time of the sign of life
 * and then looks at the state; whoever changes the state looks at that time after having stored the
 * state, both sequentially consistent. So of a heartbeat and an expiry that race at least one sees
 * the other, as in Dekker's algorithm, without a lock on the heartbeat's side. All else happens
 * under the entry's monitor.
 *
 * <p>A newer incarnation gets an entry of its own, so that whatever a zombie's heartbeat still
 * stores in the old one is lost.
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

  // In a large fleet the cost of a heartbeat is that of its cache misses: an entry is no larger
  // than
  // a cache line, and what few agents tell is kept elsewhere.
  final int hash;
  final long incarnation;
  private volatile long lastSign;
  private volatile long beatMillis = NEVER; // for display
  private volatile AgentState state;
  private volatile @Nullable Extras extras;
  final String id;

  /** For display only: a reader may see those of one heartbeat beside those of the next. */
  private static final class Extras {
    private volatile long responseNanos = NEVER;
    private volatile Map<String, Object> metadata = Map.of();
  }

  AgentEntry(String id, long incarnation, AgentState state, long now) {
    // A copy, so that it lies beside the entry: comparing it then costs no cache miss of its own.
    this.id = new String(id.getBytes(ISO_8859_1), ISO_8859_1);
    this.hash = this.id.hashCode();
    this.incarnation = incarnation;
    this.state = state;
    this.lastSign = now;
  }

  /** Whether there is nothing to tell, so that a heartbeat need only be noted. */
  @SuppressWarnings("ReferenceEquality") // the shared instance, see AgentState.normal
  boolean isPlain() {
    return state == AgentState.NORMAL;
  }

  /** Whether the registry has let go of this entry: whoever finds that looks the agent up again. */
  @SuppressWarnings("ReferenceEquality") // the shared instance
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

  /** Under the monitor. */
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

  /** Notes a heartbeat. Two of one agent may overtake each other: the later one stays. */
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

  /** What is known now, as far as the monitor guards it, or null when this entry is retired. */
  synchronized @Nullable AgentHealth health() {
    AgentState now = state;
    if (isRetired()) {
      return null;
    }
    Instant lastHeartbeat = beatMillis == NEVER ? null : Instant.ofEpochMilli(beatMillis);
    Instant lastFailure = now.failedAt() == 0 ? null : Instant.ofEpochMilli(now.failedAt());
    AgentState.Progress progress = now.progress();
    AgentState.AgreedWait quiet = now.quiet();
    Extras known = extras;
    long responseNanos = known == null ? NEVER : known.responseNanos;
    return new AgentHealth(
        id,
        now.status(),
        lastHeartbeat,
        lastFailure == null ? lastHeartbeat : lastFailure, // a heartbeat clears the failure
        now.failures(),
        responseNanos == NEVER ? null : Duration.ofNanos(responseNanos),
        now.error(),
        metadata(),
        incarnation,
        progress == null ? null : progress.value(),
        quiet == null ? null : quiet.shown(),
        now.hold());
  }
}
