package org.lazaruspit.heartbeat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Rules for silence, failures and standstill. Immutable and thread-safe.
 *
 * <pre>{@code
 * HealthRules rules = HealthRules.builder().timeout(Duration.ofMinutes(2)).recoverAfter(3).build();
 * }</pre>
 */
public final class HealthRules {
  /** Rules with all defaults. */
  public static final HealthRules DEFAULT = builder().build();

  private final Duration timeout;
  private final Duration heartbeatInterval;
  private final int degradedAfter;
  private final int unhealthyAfter;
  private final int recoverAfter;
  private final @Nullable Duration progressWindow;
  private final @Nullable Duration grace;
  private final Duration waitingCeiling;
  private final @Nullable MassSilence massSilence;

  /**
   * Rule for mass silence: the silence of many agents at once is held, since its cause is probably
   * a shared one.
   *
   * @param part the part of the fleet that falls silent within one time-out, above 0, at most 1
   * @param agents the smallest fleet that the rule applies to, at least 1
   * @param heldAtMost the longest hold, after which silence counts, positive
   */
  public record MassSilence(double part, int agents, Duration heldAtMost) {
    /**
     * Checks the arguments.
     *
     * @param part the part of the fleet that falls silent within one time-out
     * @param agents the smallest fleet that the rule applies to
     * @param heldAtMost the longest hold, after which silence counts
     */
    public MassSilence {
      if (!(part > 0 && part <= 1)) {
        throw new IllegalArgumentException(
            "massSilence: part " + part + " is not above 0 and at most 1");
      }
      if (agents < 1) {
        throw new IllegalArgumentException(
            "massSilence: " + agents + " agents, expected at least 1");
      }
      positive("massSilence: heldAtMost", heldAtMost);
    }
  }

  private HealthRules(Builder builder) {
    timeout = builder.timeout;
    heartbeatInterval = builder.heartbeatInterval;
    degradedAfter = builder.degradedAfter;
    unhealthyAfter = builder.unhealthyAfter;
    recoverAfter = builder.recoverAfter;
    progressWindow = builder.progressWindow;
    grace = builder.grace;
    waitingCeiling = builder.waitingCeiling;
    massSilence = builder.massSilence;
  }

  /**
   * Returns a builder with the defaults.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a builder with these rules.
   *
   * @return a new builder that can change each setting once
   */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.timeout = timeout;
    builder.heartbeatInterval = heartbeatInterval;
    builder.degradedAfter = degradedAfter;
    builder.unhealthyAfter = unhealthyAfter;
    builder.recoverAfter = recoverAfter;
    builder.progressWindow = progressWindow;
    builder.grace = grace;
    builder.waitingCeiling = waitingCeiling;
    builder.massSilence = massSilence;
    return builder;
  }

  /**
   * Returns the time-out; each whole time-out since the last sign of life is one failure.
   *
   * @return the time-out
   */
  public Duration timeout() {
    return timeout;
  }

  /**
   * Returns the requested interval between heartbeats. No rule depends on it.
   *
   * @return the interval
   */
  public Duration heartbeatInterval() {
    return heartbeatInterval;
  }

  /**
   * Returns the failures in a row that make an agent degraded.
   *
   * @return 1 or more
   */
  public int degradedAfter() {
    return degradedAfter;
  }

  /**
   * Returns the failures in a row that make an agent unhealthy.
   *
   * @return {@link #degradedAfter()} or more
   */
  public int unhealthyAfter() {
    return unhealthyAfter;
  }

  /**
   * Returns the heartbeats in a row that make an agent healthy again.
   *
   * @return 1 or more
   */
  public int recoverAfter() {
    return recoverAfter;
  }

  /**
   * Returns the time of unchanged progress after which an agent with heartbeats counts as stuck.
   *
   * @return the window, or null if the progress rule is off
   */
  public @Nullable Duration progressWindow() {
    return progressWindow;
  }

  /**
   * Returns the time that a new incarnation may be silent at first. Values below {@link #timeout()}
   * count as the time-out.
   *
   * @return the grace, one time-out unless set
   */
  public Duration grace() {
    return grace == null ? timeout : grace;
  }

  /**
   * Returns the longest wait that an agent can request.
   *
   * @return the ceiling
   */
  public Duration waitingCeiling() {
    return waitingCeiling;
  }

  /**
   * Returns the rule for mass silence.
   *
   * @return the rule, or null if every silence counts
   */
  public @Nullable MassSilence massSilence() {
    return massSilence;
  }

  /** Returns the status for a number of failures in a row. */
  HealthStatus statusAfter(int failures) {
    if (failures >= unhealthyAfter) {
      return HealthStatus.UNHEALTHY;
    }
    return failures >= degradedAfter ? HealthStatus.DEGRADED : HealthStatus.HEALTHY;
  }

  @Override
  public String toString() {
    return ("HealthRules[timeout=%s, heartbeatInterval=%s, degradedAfter=%d, unhealthyAfter=%d, recoverAfter=%d,"
            + " progressWindow=%s, grace=%s, waitingCeiling=%s, massSilence=%s]")
        .formatted(
            timeout,
            heartbeatInterval,
            degradedAfter,
            unhealthyAfter,
            recoverAfter,
            progressWindow,
            grace(),
            waitingCeiling,
            massSilence);
  }

  private static Duration positive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " is not positive");
    }
    return value;
  }

  private static int atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + ", expected at least 1");
    }
    return value;
  }

  /** Builder of rules; each setting can be given once. Not thread-safe. */
  public static final class Builder {
    private final SetOnce settings = new SetOnce();
    private Duration timeout = Duration.ofMinutes(5);
    private Duration heartbeatInterval = Duration.ofSeconds(30);
    private int degradedAfter = 1;
    private int unhealthyAfter = 3;
    private int recoverAfter = 1;
    private @Nullable Duration progressWindow;
    private @Nullable Duration grace;
    private Duration waitingCeiling = Duration.ofHours(1);
    private @Nullable MassSilence massSilence = new MassSilence(0.5, 10, Duration.ofMinutes(15));

    private Builder() {}

    /**
     * Sets the time-out; each whole time-out of silence is one failure.
     *
     * @param value positive, default 300 s
     * @return this builder
     */
    public Builder timeout(Duration value) {
      timeout = positive("timeout", settings.once("timeout", value));
      return this;
    }

    /**
     * Sets the requested interval between heartbeats.
     *
     * @param value positive, default 30 s
     * @return this builder
     */
    public Builder heartbeatInterval(Duration value) {
      heartbeatInterval = positive("heartbeatInterval", settings.once("heartbeatInterval", value));
      return this;
    }

    /**
     * Sets the failures in a row that make an agent degraded.
     *
     * @param failures 1 or more, default 1
     * @return this builder
     */
    public Builder degradedAfter(int failures) {
      degradedAfter = atLeastOne("degradedAfter", settings.once("degradedAfter", failures));
      return this;
    }

    /**
     * Sets the failures in a row that make an agent unhealthy.
     *
     * @param failures {@code degradedAfter} or more, default 3
     * @return this builder
     */
    public Builder unhealthyAfter(int failures) {
      unhealthyAfter = atLeastOne("unhealthyAfter", settings.once("unhealthyAfter", failures));
      return this;
    }

    /**
     * Sets the heartbeats in a row that make an agent healthy again. More than 1 keeps a flapping
     * agent degraded.
     *
     * @param heartbeats 1 or more, default 1
     * @return this builder
     */
    public Builder recoverAfter(int heartbeats) {
      recoverAfter = atLeastOne("recoverAfter", settings.once("recoverAfter", heartbeats));
      return this;
    }

    /**
     * Sets the progress rule: an agent with heartbeats and unchanged progress is degraded after one
     * window and unhealthy after three. The rule ignores agents that never report progress.
     *
     * @param window positive, default: the rule is off
     * @return this builder
     */
    public Builder progressWindow(Duration window) {
      progressWindow = positive("progressWindow", settings.once("progressWindow", window));
      return this;
    }

    /**
     * Switches the progress rule off.
     *
     * @return this builder
     */
    public Builder withoutProgressWindow() {
      settings.once("progressWindow", "off");
      progressWindow = null;
      return this;
    }

    /**
     * Sets the time that a new incarnation may be silent at first.
     *
     * @param value positive, default one time-out; smaller values count as the time-out
     * @return this builder
     */
    public Builder grace(Duration value) {
      grace = positive("grace", settings.once("grace", value));
      return this;
    }

    /**
     * Sets the longest wait that an agent can request.
     *
     * @param value positive, default 3600 s
     * @return this builder
     */
    public Builder waitingCeiling(Duration value) {
      waitingCeiling = positive("waitingCeiling", settings.once("waitingCeiling", value));
      return this;
    }

    /**
     * Sets the rule for mass silence. It applies to the registry; in an agent's own rules it is
     * ignored.
     *
     * @param part the part of the fleet that falls silent within one time-out, above 0, at most 1,
     *     default 0.5
     * @param agents the smallest fleet that the rule applies to, at least 1, default 10
     * @param heldAtMost the longest hold, after which silence counts, positive, default 15 min
     * @return this builder
     */
    public Builder massSilence(double part, int agents, Duration heldAtMost) {
      massSilence = settings.once("massSilence", new MassSilence(part, agents, heldAtMost));
      return this;
    }

    /**
     * Switches the rule for mass silence off: every silence counts.
     *
     * @return this builder
     */
    public Builder withoutMassSilence() {
      settings.once("massSilence", "off");
      massSilence = null;
      return this;
    }

    /**
     * Creates the rules.
     *
     * @return immutable rules
     * @throws IllegalArgumentException if {@code unhealthyAfter} is below {@code degradedAfter}
     */
    public HealthRules build() {
      if (unhealthyAfter < degradedAfter) {
        throw new IllegalArgumentException(
            "unhealthyAfter: " + unhealthyAfter + " is below degradedAfter: " + degradedAfter);
      }
      return new HealthRules(this);
    }
  }
}
