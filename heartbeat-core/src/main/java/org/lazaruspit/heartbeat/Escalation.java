package org.lazaruspit.heartbeat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * The rules: what an agent's state becomes by what happens to it. Pure functions of their
 * arguments; {@code lastSign} is the last sign of life and {@code now} the present, on the same
 * monotonic time, of which only differences count.
 */
final class Escalation {
  /**
   * Whole windows of unchanged progress from which a living agent is unhealthy; from the first it
   * is degraded.
   */
  static final int STUCK_UNHEALTHY = 3;

  /** No deadline: so far away that it can be added to any time without overtaking it. */
  static final long NEVER = Long.MAX_VALUE / 2;

  private Escalation() {}

  /**
   * What something led to.
   *
   * @param state the state afterwards, the same instance when nothing changed
   * @param cause what to tell the listeners when the status changed
   */
  record Step(AgentState state, HealthCause cause) {}

  static Step step(AgentState state, Occurrence what, HealthRules rules, long lastSign, long now) {
    if (what instanceof Occurrence.Beat beat) {
      return beat(state, beat, rules, lastSign, now);
    } else if (what instanceof Occurrence.Failure failure) {
      return failure(state, failure, rules);
    } else if (what instanceof Occurrence.Hold hold) {
      return new Step(state.withHold(hold.held()), HealthCause.SILENCE);
    } else if (what instanceof Occurrence.Forgive) {
      return forgive(state, rules, lastSign, now);
    } else if (what instanceof Occurrence.Takeover) {
      return takeover(rules);
    }
    return timePassed(state, rules, lastSign, now);
  }

  private static Step beat(
      AgentState state, Occurrence.Beat beat, HealthRules rules, long lastSign, long now) {
    AgentState.Quiet wait =
        beat.quiet() == null ? null : agreed(beat.quiet(), state.quiet(), rules, now);
    AgentState.Progress progress = progressed(state, beat, rules, lastSign, now);
    HealthStatus bad = stuckStatus(progress);
    int good = bad.compareTo(state.status()) < 0 ? state.good() + 1 : 0;
    boolean recovered = good >= rules.recoverAfter();
    HealthStatus status = good == 0 || recovered ? bad : state.status();
    String error = null;
    if (status != bad) {
      error = "recovering: " + good + " of " + rules.recoverAfter() + " heartbeats in a row";
    } else if (progress != null && progress.stuck() > 0) {
      error = stuckMessage(progress, rules);
    }
    AgentState next =
        new AgentState(
                status,
                0,
                0,
                recovered ? 0 : good,
                error,
                wait == null ? 0 : wait.until() - now,
                Math.max(0, state.graceAfter() - (now - lastSign)),
                progress,
                wait,
                null,
                state.failedAt())
            .normal();
    return new Step(
        next, status.compareTo(state.status()) > 0 ? HealthCause.STUCK : HealthCause.HEARTBEAT);
  }

  /**
   * The wait asked for, cut to the ceiling, which counts from the first of the heartbeats in a row
   * that told of one.
   */
  private static AgentState.Quiet agreed(
      AgentState.Quiet asked, AgentState.@Nullable Quiet before, HealthRules rules, long now) {
    long since = before == null ? now : before.since();
    long left = Math.max(0, Nanos.of(rules.waitingCeiling()) - (now - since));
    long quiet = Math.min(Math.max(0, asked.until() - now), left);
    return new AgentState.Quiet(asked.shown(), since, now, now + quiet);
  }

  private static AgentState.@Nullable Progress progressed(
      AgentState state, Occurrence.Beat beat, HealthRules rules, long lastSign, long now) {
    AgentState.Progress before = state.progress();
    Object told = beat.progress();
    if (before == null || (told != null && !told.equals(before.value()))) {
      return told == null ? null : new AgentState.Progress(told, now, 0);
    }
    long overdue = Math.max(0, silence(state, rules, lastSign, now) - Nanos.of(rules.timeout()));
    long quiet = state.quiet() == null ? 0 : state.quiet().spent(now);
    int stuck = stuckWindows(state, rules, lastSign, now);
    return new AgentState.Progress(before.value(), before.since() + overdue + quiet, stuck);
  }

  private static Step failure(AgentState state, Occurrence.Failure failure, HealthRules rules) {
    int reported = state.reported() + (state.reported() == Integer.MAX_VALUE ? 0 : 1);
    AgentState next =
        worse(
            state,
            rules,
            reported,
            state.silent(),
            state.progress(),
            failure.error(),
            failure.wallMillis());
    return new Step(next, HealthCause.REPORTED);
  }

  private static Step timePassed(AgentState state, HealthRules rules, long lastSign, long now) {
    int silent = Math.max(state.silent(), silentWindows(state, rules, lastSign, now));
    AgentState.Progress progress = state.progress();
    int stuck = progress == null ? 0 : stuckWindows(state, rules, lastSign, now);
    if (progress != null && stuck > progress.stuck()) {
      progress = new AgentState.Progress(progress.value(), progress.since(), stuck);
    }
    boolean moreSilent = silent > state.silent();
    HealthStatus bySilence = rules.statusAfter(state.reported() + silent);
    boolean isStuck = stuckStatus(progress).compareTo(bySilence) > 0 || !moreSilent;
    String error = state.error();
    if (moreSilent) {
      error = "silent for " + seconds(now - lastSign);
    } else if (progress != null && !progress.equals(state.progress())) {
      error = stuckMessage(progress, rules);
    }
    AgentState next =
        worse(state, rules, state.reported(), silent, progress, error, state.failedAt());
    HealthCause cause = isStuck ? HealthCause.STUCK : HealthCause.SILENCE;
    return new Step(next.equals(state) ? state : next, cause);
  }

  private static AgentState worse(
      AgentState state,
      HealthRules rules,
      int reported,
      int silent,
      AgentState.@Nullable Progress progress,
      @Nullable String error,
      long failedAt) {
    boolean more = reported > state.reported() || silent > state.silent();
    HealthStatus status =
        worst(
            state.status(),
            worst(
                rules.statusAfter((int) Math.min(Integer.MAX_VALUE, (long) reported + silent)),
                stuckStatus(progress)));
    return new AgentState(
        status,
        reported,
        silent,
        more ? 0 : state.good(),
        error,
        state.movedAfter(),
        state.graceAfter(),
        progress,
        state.quiet(),
        silent > state.silent() ? null : state.hold(),
        failedAt);
  }

  private static Step takeover(HealthRules rules) {
    long grace = Nanos.of(rules.grace());
    boolean longer = grace > Nanos.of(rules.timeout());
    AgentState fresh = AgentState.PLAIN;
    AgentState next =
        longer
            ? new AgentState(HealthStatus.HEALTHY, 0, 0, 0, null, 0, grace, null, null, null, 0)
            : fresh;
    return new Step(next, HealthCause.INCARNATION);
  }

  private static Step forgive(AgentState state, HealthRules rules, long lastSign, long now) {
    long counted = saturatedProduct(state.silent(), Nanos.of(rules.timeout()));
    long moved = Math.max(state.movedAfter(), now - lastSign - counted);
    return new Step(state.withMovedAfter(moved).withHold(null), HealthCause.SILENCE);
  }

  /**
   * How long after {@code now} something will be due if nothing happens until then; 0 or less when
   * it is overdue.
   */
  static long dueIn(AgentState state, HealthRules rules, long lastSign, long now) {
    long timeout = Nanos.of(rules.timeout());
    long silence = silence(state, rules, lastSign, now);
    long due = saturatedProduct(state.silent() + 1L, timeout) - silence;
    AgentState.Progress progress = state.progress();
    if (progress == null || rules.progressWindow() == null || progress.stuck() >= STUCK_UNHEALTHY) {
      return due;
    }
    long window = Nanos.of(rules.progressWindow());
    long quiet =
        state.quiet() == null ? 0 : Math.max(0, state.quiet().until() - state.quiet().from());
    long standstill = now - progress.since() - quiet;
    long stuckDue = saturatedProduct(progress.stuck() + 1L, window) - standstill;
    boolean aliveThen = silence + stuckDue <= timeout;
    return aliveThen ? Math.min(due, stuckDue) : due;
  }

  /**
   * How long the agent has been silent beyond what was agreed; negative while it is quiet by
   * agreement.
   */
  static long silence(AgentState state, HealthRules rules, long lastSign, long now) {
    long grace =
        state.graceAfter() == 0 ? 0 : Math.max(0, state.graceAfter() - Nanos.of(rules.timeout()));
    return now - lastSign - Math.max(state.movedAfter(), grace);
  }

  private static int silentWindows(AgentState state, HealthRules rules, long lastSign, long now) {
    long silence = silence(state, rules, lastSign, now);
    return silence <= 0
        ? 0
        : (int) Math.min(Integer.MAX_VALUE, silence / Nanos.of(rules.timeout()));
  }

  private static int stuckWindows(AgentState state, HealthRules rules, long lastSign, long now) {
    AgentState.Progress progress = state.progress();
    if (progress == null || rules.progressWindow() == null) {
      return 0;
    }
    long overdue = Math.max(0, silence(state, rules, lastSign, now) - Nanos.of(rules.timeout()));
    long quiet = state.quiet() == null ? 0 : state.quiet().spent(now);
    long standstill = now - progress.since() - overdue - quiet;
    long windows = standstill <= 0 ? 0 : standstill / Nanos.of(rules.progressWindow());
    return (int) Math.max(progress.stuck(), Math.min(STUCK_UNHEALTHY, windows));
  }

  private static HealthStatus stuckStatus(AgentState.@Nullable Progress progress) {
    if (progress == null || progress.stuck() == 0) {
      return HealthStatus.HEALTHY;
    }
    return progress.stuck() >= STUCK_UNHEALTHY ? HealthStatus.UNHEALTHY : HealthStatus.DEGRADED;
  }

  private static String stuckMessage(AgentState.Progress progress, HealthRules rules) {
    long window = rules.progressWindow() == null ? 0 : Nanos.of(rules.progressWindow());
    return "alive and stuck: no progress for "
        + seconds(saturatedProduct(progress.stuck(), window));
  }

  private static HealthStatus worst(HealthStatus one, HealthStatus other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private static String seconds(long nanos) {
    return BigDecimal.valueOf(nanos, 9)
            .setScale(3, RoundingMode.DOWN)
            .stripTrailingZeros()
            .toPlainString()
        + " s";
  }

  /** The product of two numbers that are not negative, at most {@link #NEVER}. */
  private static long saturatedProduct(long one, long other) {
    return other != 0 && one > NEVER / other ? NEVER : one * other;
  }
}
