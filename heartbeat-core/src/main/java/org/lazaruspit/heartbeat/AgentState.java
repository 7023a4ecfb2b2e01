package org.lazaruspit.heartbeat;

import org.jspecify.annotations.Nullable;

/**
 * What is held against an agent, and what it asked for. Times are nanoseconds of the registry's
 * {@link AwakeTime}; those named "after" count from the agent's last sign of life, which the entry
 * keeps.
 *
 * @param status how it is doing
 * @param reported failures reported since the last heartbeat
 * @param silent whole time-outs of silence counted since the last heartbeat
 * @param good heartbeats in a row that would have it do better, while it is still recovering
 * @param error what is wrong
 * @param movedAfter silence counts from this long after the last sign of life: the agent waits, or
 *     its silence was forgiven
 * @param graceAfter this long after the last sign of life the grace of its incarnation ends, 0 when
 *     it has ended
 * @param progress what it told of its progress
 * @param quiet what it waits for
 * @param hold why its silence does not count
 * @param failedAt wall-clock milliseconds of the last reported failure, 0 when there was none
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
    @Nullable Quiet quiet,
    @Nullable Held hold,
    long failedAt) {

  /** Nothing to tell: the state of nearly every agent nearly all the time, shared by them all. */
  static final AgentState PLAIN =
      new AgentState(HealthStatus.HEALTHY, 0, 0, 0, null, 0, 0, null, null, null, 0);

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
   * @param since when this wait began, with the first of the heartbeats in a row that told of one
   * @param from when the last of them came
   * @param until when silence and standstill start to count again
   */
  record Quiet(Waiting shown, long since, long from, long until) {
    /** How much of the time from the last heartbeat until now was agreed to be quiet. */
    long spent(long now) {
      return Math.max(0, Math.min(now - from, until - from));
    }
  }

  int failures() {
    return (int) Math.min(Integer.MAX_VALUE, (long) reported + silent);
  }

  AgentState withHold(@Nullable Held held) {
    return new AgentState(
        status,
        reported,
        silent,
        good,
        error,
        movedAfter,
        graceAfter,
        progress,
        quiet,
        held,
        failedAt);
  }

  AgentState withMovedAfter(long nanos) {
    return new AgentState(
        status, reported, silent, good, error, nanos, graceAfter, progress, quiet, hold, failedAt);
  }

  /** The shared instance where there is nothing to tell. */
  AgentState normal() {
    return equals(PLAIN) ? PLAIN : this;
  }
}
