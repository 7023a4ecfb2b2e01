package org.lazaruspit.heartbeat;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * State of an agent: failures counted so far, agreed wait, progress. Times are nanoseconds of
 * {@link RegistryClock}; times named "after" count from the agent's last sign of life, which the
 * entry keeps.
 *
 * @param status the agent's status
 * @param reported failures reported since the last heartbeat
 * @param silent whole time-outs of silence counted since the last heartbeat
 * @param good heartbeats in a row that allow a better status, while the agent recovers
 * @param error the reason for the status
 * @param movedAfter silence counts from this long after the last sign of life, due to an agreed
 *     wait or a forgiven silence
 * @param graceAfter the grace of the incarnation ends this long after the last sign of life, 0
 *     without grace
 * @param progress the last reported progress
 * @param agreedWait the agreed wait
 * @param silence the current silence, from the first missed deadline to the next heartbeat
 * @param hold the hold on the silence
 * @param failedAt wall-clock milliseconds of the last failure reported since the last heartbeat, 0
 *     without failure
 */
record AgentState(
    HealthStatus status,
    int reported,
    int silent,
    int good,
    @Nullable String error,
    long movedAfter,
    long graceAfter,
    @Nullable Progress progress,
    @Nullable AgreedWait agreedWait,
    @Nullable Silence silence,
    @Nullable Held hold,
    long failedAt) {

  /** Shared state of healthy agents without counters, progress or wait. */
  static final AgentState NORMAL =
      new AgentState(HealthStatus.HEALTHY, 0, 0, 0, null, 0, 0, null, null, null, null, 0);

  /** State of an entry that was removed or replaced. */
  static final AgentState RETIRED = NORMAL.withFailedAt(-1);

  /**
   * Progress of an agent.
   *
   * @param value a text or a number
   * @param since time from which the value counts as unchanged
   * @param stuck whole windows counted since then, up to {@link Escalation#STUCK_UNHEALTHY}
   */
  record Progress(Object value, long since, int stuck) {}

  /**
   * Agreed wait of an agent.
   *
   * @param shown the wait for display, with its end cut to the ceiling
   * @param since time of the first of the heartbeats in a row with a wait
   * @param from time of the last of these heartbeats
   * @param until time from which silence and standstill count again
   */
  record AgreedWait(Waiting shown, long since, long from, long until) {
    /**
     * Converts a requested wait to the registry's clock; the rules cut it to their ceiling later.
     */
    static AgreedWait requested(Waiting waiting, Instant wallNow, long now) {
      long nanos = Nanos.MAX;
      if (waiting.duration() != null) {
        nanos = Nanos.of(waiting.duration());
      } else if (waiting.until() != null) {
        nanos = Nanos.of(Duration.between(wallNow, waiting.until()));
      }
      Waiting shown = Waiting.until(waiting.reason(), Nanos.after(wallNow, nanos));
      return new AgreedWait(shown, now, now, now + nanos);
    }

    /** Returns the part of the time from the last heartbeat until now that the wait covers. */
    long spent(long now) {
      return Math.max(0, Math.min(now - from, until - from));
    }
  }

  /**
   * Returns the state after a heartbeat: failures are cleared, standstill and an unfinished
   * recovery stay.
   */
  static AgentState alive(
      HealthStatus status,
      int good,
      @Nullable String error,
      long graceAfter,
      @Nullable Progress progress,
      @Nullable AgreedWait agreedWait) {
    long movedAfter = agreedWait == null ? 0 : agreedWait.until() - agreedWait.from();
    AgentState state =
        new AgentState(
            status, 0, 0, good, error, movedAfter, graceAfter, progress, agreedWait, null, null, 0);
    return state.equals(NORMAL) ? NORMAL : state;
  }

  /** Returns the state with higher counters, or this instance if nothing changes. */
  AgentState worse(
      HealthStatus bad,
      int newReported,
      int newSilent,
      @Nullable Progress newProgress,
      @Nullable String newError) {
    boolean more = newReported > reported || newSilent > silent;
    AgentState next =
        new AgentState(
            Escalation.worst(status, bad),
            newReported,
            newSilent,
            more ? 0 : good,
            newError,
            movedAfter,
            graceAfter,
            newProgress,
            agreedWait,
            silence,
            hold,
            failedAt);
    return next.equals(this) ? this : next;
  }

  int failures() {
    return sum(reported, silent);
  }

  /** Adds two counters, capped at {@link Integer#MAX_VALUE}. */
  static int sum(int one, int other) {
    return (int) Math.min(Integer.MAX_VALUE, (long) one + other);
  }

  AgentState withSilence(@Nullable Silence newSilence, @Nullable Held newHold) {
    return with(progress, newSilence, newHold, movedAfter, graceAfter, failedAt);
  }

  AgentState withMovedAfter(long nanos) {
    return with(progress, silence, hold, nanos, graceAfter, failedAt);
  }

  AgentState withProgress(Progress newProgress) {
    return with(newProgress, silence, hold, movedAfter, graceAfter, failedAt);
  }

  AgentState withFailedAt(long wallMillis) {
    return with(progress, silence, hold, movedAfter, graceAfter, wallMillis);
  }

  private AgentState with(
      @Nullable Progress newProgress,
      @Nullable Silence newSilence,
      @Nullable Held newHold,
      long newMovedAfter,
      long newGraceAfter,
      long newFailedAt) {
    return new AgentState(
        status,
        reported,
        silent,
        good,
        error,
        newMovedAfter,
        newGraceAfter,
        newProgress,
        agreedWait,
        newSilence,
        newHold,
        newFailedAt);
  }

  @SuppressWarnings("ReferenceEquality") // shared instance
  boolean isNormal() {
    return this == NORMAL;
  }
}
