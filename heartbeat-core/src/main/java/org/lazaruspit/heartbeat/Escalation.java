package org.lazaruspit.heartbeat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Transitions of an agent's state, as pure functions. {@code lastSign} is the last sign of life and
 * {@code now} the present, on the same monotonic clock; only differences count.
 */
final class Escalation {
  /**
   * Whole windows of unchanged progress that make an agent with heartbeats unhealthy; the first
   * window makes it degraded.
   */
  static final int STUCK_UNHEALTHY = 3;

  private static final long FAR = Long.MAX_VALUE / 2;

  private Escalation() {}

  /**
   * Result of a signal.
   *
   * @param state the new state, the same instance if unchanged
   * @param cause the cause for the listeners if the status changed
   */
  record Step(AgentState state, HealthCause cause) {}

  static Step step(
      AgentState state, HealthSignal signal, HealthRules rules, long lastSign, long now) {
    if (signal instanceof HealthSignal.Beat beat) {
      return beat(state, beat, rules, lastSign, now);
    } else if (signal instanceof HealthSignal.Failure failure) {
      return failure(state, failure, rules);
    } else if (signal instanceof HealthSignal.FellSilent fell) {
      boolean silent = newlySilent(state, rules, lastSign, now);
      return new Step(
          silent ? state.withSilence(fell.silence(), null) : state, HealthCause.SILENCE);
    } else if (signal instanceof HealthSignal.Hold hold) {
      AgentState held = state.withSilence(state.silence(), hold.held());
      return timePassed(held, rules, state.silent(), lastSign, now);
    } else if (signal instanceof HealthSignal.Forgive) {
      return forgive(state, rules, lastSign, now);
    } else if (signal instanceof HealthSignal.HoldEnded) {
      AgentState free = state.withSilence(state.silence(), null);
      return timePassed(free, rules, silentWindows(free, rules, lastSign, now), lastSign, now);
    }
    return timePassed(state, rules, silentWindows(state, rules, lastSign, now), lastSign, now);
  }

  /** Returns whether a whole time-out of silence has passed that is not counted yet. */
  static boolean newlySilent(AgentState state, HealthRules rules, long lastSign, long now) {
    return silentWindows(state, rules, lastSign, now) > state.silent();
  }

  /**
   * Returns the time until the next check is due without further signals; 0 or less if it is due.
   */
  static long dueIn(AgentState state, HealthRules rules, long lastSign, long now) {
    long timeout = Nanos.of(rules.timeout());
    long silence = silence(state, rules, lastSign, now);
    long due = product(state.silent() + 1L, timeout) - silence;
    AgentState.Progress progress = state.progress();
    Duration window = rules.progressWindow();
    if (progress == null || window == null || progress.stuck() >= STUCK_UNHEALTHY) {
      return due;
    }
    AgentState.AgreedWait wait = state.agreedWait();
    long agreed = wait == null ? 0 : wait.until() - wait.from();
    long standstill = now - progress.since() - agreed;
    long stuckDue = product(progress.stuck() + 1L, Nanos.of(window)) - standstill;
    boolean aliveThen = silence + stuckDue <= timeout;
    return aliveThen ? Math.min(due, stuckDue) : due;
  }

  private static Step beat(
      AgentState state, HealthSignal.Beat beat, HealthRules rules, long lastSign, long now) {
    AgentState.AgreedWait requested = beat.agreedWait();
    AgentState.AgreedWait wait =
        requested == null ? null : agreed(requested, state.agreedWait(), rules, now);
    AgentState.Progress progress = newProgress(state, beat, rules, lastSign, now);
    HealthStatus bad = stuckStatus(progress);
    int good = bad.compareTo(state.status()) < 0 ? state.good() + 1 : 0;
    boolean recovering = good > 0 && good < rules.recoverAfter();
    HealthStatus status = recovering ? state.status() : bad;
    String error = null;
    if (recovering) {
      error = "recovering: " + good + " of " + rules.recoverAfter() + " heartbeats in a row";
    } else if (progress != null && progress.stuck() > 0) {
      error = stuckMessage(progress, rules);
    }
    AgentState next =
        AgentState.alive(
            status,
            recovering ? good : 0,
            error,
            Math.max(0, state.graceAfter() - (now - lastSign)),
            progress,
            wait);
    boolean worse = status.compareTo(state.status()) > 0;
    return new Step(next, worse ? HealthCause.STUCK : HealthCause.HEARTBEAT);
  }

  /**
   * Returns the requested wait, cut to the ceiling, which counts from the first of the heartbeats
   * in a row with a wait.
   */
  private static AgentState.AgreedWait agreed(
      AgentState.AgreedWait requested,
      AgentState.@Nullable AgreedWait before,
      HealthRules rules,
      long now) {
    long since = before == null ? now : before.since();
    long left = Math.max(0, Nanos.of(rules.waitingCeiling()) - (now - since));
    long wanted = requested.until() - now;
    long granted = Math.min(wanted, left);
    Waiting shown = requested.shown();
    if (granted < wanted && shown.until() != null) {
      shown = Waiting.until(shown.reason(), shown.until().minusNanos(wanted - granted));
    }
    return new AgentState.AgreedWait(shown, since, now, now + granted);
  }

  private static AgentState.@Nullable Progress newProgress(
      AgentState state, HealthSignal.Beat beat, HealthRules rules, long lastSign, long now) {
    AgentState.Progress before = state.progress();
    Object value = beat.progress();
    if (value != null && (before == null || !Numbers.same(value, before.value()))) {
      return new AgentState.Progress(value, now, 0);
    } else if (before == null) {
      return null;
    }
    long since = before.since() + uncounted(state, rules, lastSign, now);
    int stuck = stuckWindows(state, before, rules, lastSign, now);
    return new AgentState.Progress(before.value(), since, stuck);
  }

  private static Step failure(AgentState state, HealthSignal.Failure failure, HealthRules rules) {
    int reported = AgentState.sum(state.reported(), 1);
    HealthStatus byCount = rules.statusAfter(AgentState.sum(reported, state.silent()));
    AgentState next =
        state
            .worse(byCount, reported, state.silent(), state.progress(), failure.error())
            .withFailedAt(failure.wallMillis());
    return new Step(next, HealthCause.REPORTED);
  }

  private static Step timePassed(
      AgentState state, HealthRules rules, int windows, long lastSign, long now) {
    int silent = Math.max(state.silent(), windows);
    String error =
        silent > state.silent() ? "silent for " + seconds(now - lastSign) : state.error();
    AgentState.Progress progress = state.progress();
    if (progress != null) {
      int stuck = stuckWindows(state, progress, rules, lastSign, now);
      if (stuck > progress.stuck()) {
        progress = new AgentState.Progress(progress.value(), progress.since(), stuck);
        error = silent > state.silent() ? error : stuckMessage(progress, rules);
      }
    }
    HealthStatus byCount = rules.statusAfter(AgentState.sum(state.reported(), silent));
    HealthStatus byStuck = stuckStatus(progress);
    HealthCause cause = silent > 0 ? HealthCause.SILENCE : HealthCause.REPORTED;
    AgentState next =
        state.worse(worst(byCount, byStuck), state.reported(), silent, progress, error);
    return new Step(next, byStuck.compareTo(byCount) > 0 ? HealthCause.STUCK : cause);
  }

  /** Returns the first state of a new incarnation, with its grace. */
  static AgentState newIncarnation(HealthRules rules) {
    long grace = Nanos.of(rules.grace());
    boolean longer = grace > Nanos.of(rules.timeout());
    return AgentState.alive(HealthStatus.HEALTHY, 0, null, longer ? grace : 0, null, null);
  }

  /**
   * Starts the next time-out now and keeps all counters; standstill excludes the forgiven time as
   * well.
   */
  private static Step forgive(AgentState state, HealthRules rules, long lastSign, long now) {
    long counted = product(state.silent(), Nanos.of(rules.timeout()));
    long moved = Math.max(state.movedAfter(), now - lastSign - counted);
    AgentState next = state.withSilence(null, null).withMovedAfter(moved);
    AgentState.Progress progress = state.progress();
    if (progress != null) {
      long shift = overdue(state, rules, lastSign, now) - overdue(next, rules, lastSign, now);
      next =
          next.withProgress(
              new AgentState.Progress(
                  progress.value(), progress.since() + shift, progress.stuck()));
    }
    return new Step(next, HealthCause.SILENCE);
  }

  /** Returns the silence beyond an agreed wait and the grace; negative until these end. */
  private static long silence(AgentState state, HealthRules rules, long lastSign, long now) {
    long grace = state.graceAfter() - Nanos.of(rules.timeout());
    return now - lastSign - Math.max(state.movedAfter(), grace);
  }

  /** Returns the silence beyond the first deadline. */
  private static long overdue(AgentState state, HealthRules rules, long lastSign, long now) {
    return Math.max(0, silence(state, rules, lastSign, now) - Nanos.of(rules.timeout()));
  }

  /**
   * Returns the part of the time since the last heartbeat that is no standstill: agreed wait and
   * silence beyond the deadline.
   */
  private static long uncounted(AgentState state, HealthRules rules, long lastSign, long now) {
    AgentState.AgreedWait wait = state.agreedWait();
    return overdue(state, rules, lastSign, now) + (wait == null ? 0 : wait.spent(now));
  }

  private static int silentWindows(AgentState state, HealthRules rules, long lastSign, long now) {
    long windows = silence(state, rules, lastSign, now) / Nanos.of(rules.timeout());
    return (int) Math.max(0, Math.min(Integer.MAX_VALUE, windows));
  }

  private static int stuckWindows(
      AgentState state, AgentState.Progress progress, HealthRules rules, long lastSign, long now) {
    Duration window = rules.progressWindow();
    if (window == null) {
      return 0;
    }
    long standstill = now - progress.since() - uncounted(state, rules, lastSign, now);
    long windows = Math.min(STUCK_UNHEALTHY, standstill / Nanos.of(window));
    return (int) Math.max(progress.stuck(), windows);
  }

  private static HealthStatus stuckStatus(AgentState.@Nullable Progress progress) {
    if (progress == null || progress.stuck() == 0) {
      return HealthStatus.HEALTHY;
    }
    return progress.stuck() >= STUCK_UNHEALTHY ? HealthStatus.UNHEALTHY : HealthStatus.DEGRADED;
  }

  private static String stuckMessage(AgentState.Progress progress, HealthRules rules) {
    Duration window = rules.progressWindow();
    long standstill = window == null ? 0 : product(progress.stuck(), Nanos.of(window));
    return "alive and stuck: no progress for " + seconds(standstill);
  }

  static HealthStatus worst(HealthStatus one, HealthStatus other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private static String seconds(long nanos) {
    BigDecimal seconds = BigDecimal.valueOf(nanos, 9).setScale(3, RoundingMode.DOWN);
    return seconds.stripTrailingZeros().toPlainString() + " s";
  }

  /**
   * Multiplies two non-negative numbers, capped at {@link #FAR}, so that adding a time does not
   * overflow.
   */
  private static long product(long one, long other) {
    return other != 0 && one > FAR / other ? FAR : one * other;
  }
}
