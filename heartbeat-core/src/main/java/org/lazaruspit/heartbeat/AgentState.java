package org.lazaruspit.heartbeat;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is held against an agent, and what it asked for. Times are nanoseconds of the registry's
 * time, see {@link RegistryClock}; those named "after" count from the agent's last sign of life,
 * which the entry keeps.
 *
 * @param status how it is doing
 * @param reported failures reported since the last heartbeat
 * @param silent whole time-outs of silence counted since the last heartbeat
 * @param good heartbeats in a row that would have it do better, while it is still recovering
 * @param error what is wrong
 * @param movedAfter silence counts from this long after the last sign of life: the agent waits, or
 *     its silence was forgiven
 * @param graceAfter this long after the last sign of life the grace of its incarnation ends, 0 when
 *     it has none
 * @param progress what it told of its progress
 * @param quiet what it waits for
 * @param overdue its silence, when it has missed a deadline since the last heartbeat
 * @param hold why its silence does not count
 * @param failedAt wall-clock milliseconds of the last failure reported since the last heartbeat, 0
 *     when there was none
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
    @Nullable AgreedWait quiet,
    @Nullable Silence overdue,
    @Nullable Held hold,
    long failedAt) {

  /** Nothing to tell: the state of nearly every agent nearly all the time, shared by them all. */
  static final AgentState NORMAL =
      new AgentState(HealthStatus.HEALTHY, 0, 0, 0, null, 0, 0, null, null, null, null, 0);

  /** The state of an entry that the registry has let go of. */
  static final AgentState RETIRED = NORMAL.withFailedAt(-1);

  /**
   * What an agent told of its progress.
   *
   * @param value a text or a number
   * @param since from when on it counts as unchanged
   * @param stuck whole windows counted since then, up to {@link Escalation#STUCK_UNHEALTHY}
   */
  record Progress(Object value, long since, int stuck) {}

  /**
   * An agreed quiet time.
   *
   * @param shown what the agent said, with its end after the ceiling was applied
   * @param since when it began, with the first of the heartbeats in a row that told of a wait
   * @param from when the last of them came
   * @param until when silence and standstill start to count again
   */
  record AgreedWait(Waiting shown, long since, long from, long until) {
    /** From what the agent says to a quiet time on our clock; the rules cut it to their ceiling. */
    static AgreedWait asked(Waiting waiting, Instant wallNow, long now) {
      long quiet = Nanos.MAX;
      if (waiting.duration() != null) {
        quiet = Nanos.of(waiting.duration());
      } else if (waiting.until() != null) {
        quiet = Nanos.of(Duration.between(wallNow, waiting.until()));
      }
      Waiting shown = Waiting.until(waiting.reason(), Nanos.after(wallNow, quiet));
      return new AgreedWait(shown, now, now, now + quiet);
    }

    /** How much of the time from the last heartbeat until now was agreed to be quiet. */
    long spent(long now) {
      return Math.max(0, Math.min(now - from, until - from));
    }
  }

  /**
   * After a heartbeat: nothing is held against the agent but standstill, and what it has not
   * recovered from yet.
   */
  static AgentState alive(
      HealthStatus status,
      int good,
      @Nullable String error,
      long graceAfter,
      @Nullable Progress progress,
      @Nullable AgreedWait quiet) {
    long movedAfter = quiet == null ? 0 : quiet.until() - quiet.from();
    AgentState state =
        new AgentState(
            status, 0, 0, good, error, movedAfter, graceAfter, progress, quiet, null, null, 0);
    return state.equals(NORMAL) ? NORMAL : state;
  }

  /** With more held against the agent; the same instance when it is no more than before. */
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
            quiet,
            overdue,
            hold,
            failedAt);
    return next.equals(this) ? this : next;
  }

  int failures() {
    return sum(reported, silent);
  }

  /** The sum, at most the largest number. */
  static int sum(int one, int other) {
    return (int) Math.min(Integer.MAX_VALUE, (long) one + other);
  }

  AgentState withSilence(@Nullable Silence newOverdue, @Nullable Held newHold) {
    return with(progress, newOverdue, newHold, movedAfter, graceAfter, failedAt);
  }

  AgentState withMovedAfter(long nanos) {
    return with(progress, overdue, hold, nanos, graceAfter, failedAt);
  }

  AgentState withProgress(Progress newProgress) {
    return with(newProgress, overdue, hold, movedAfter, graceAfter, failedAt);
  }

  AgentState withFailedAt(long wallMillis) {
    return with(progress, overdue, hold, movedAfter, graceAfter, wallMillis);
  }

  private AgentState with(
      @Nullable Progress newProgress,
      @Nullable Silence newOverdue,
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
        quiet,
        newOverdue,
        newHold,
        newFailedAt);
  }

  @SuppressWarnings("ReferenceEquality") // the shared instance
  boolean isPlain() {
    return this == NORMAL;
  }
}
