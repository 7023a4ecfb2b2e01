package org.lazaruspit.heartbeat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What silence, failures and standstill mean. Immutable and thread-safe.
 *
 * <pre>{@code
 * HealthRules rules = HealthRules.builder().timeout(Duration.ofMinutes(2)).recoverAfter(3).build();
 * }</pre>
 */
public final class HealthRules {
  /** The rules with every setting at its default. */
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
   * When the silence of many is held to be the fault of one thing that they share.
   *
   * @param part the part of the fleet that has to fall silent within one time-out, above 0, at most
   *     1
   * @param agents the smallest fleet that this is asked of, at least 1
   * @param heldAtMost after this time silence counts after all, positive
   */
  public record MassSilence(double part, int agents, Duration heldAtMost) {
    /**
     * Checks what is given.
     *
     * @param part the part of the fleet that has to fall silent within one time-out
     * @param agents the smallest fleet that this is asked of
     * @param heldAtMost after this time silence counts after all
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
   * Starts with the defaults.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts with these rules.
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
   * Each whole one of these since the last sign of life is one failure.
   *
   * @return the time-out
   */
  public Duration timeout() {
    return timeout;
  }

  /**
   * How often an agent is asked to send a heartbeat. No rule depends on it.
   *
   * @return the interval
   */
  public Duration heartbeatInterval() {
    return heartbeatInterval;
  }

  /**
   * Failures in a row from which an agent is degraded.
   *
   * @return 1 or more
   */
  public int degradedAfter() {
    return degradedAfter;
  }

  /**
   * Failures in a row from which an agent is unhealthy.
   *
   * @return {@link #degradedAfter()} or more
   */
  public int unhealthyAfter() {
    return unhealthyAfter;
  }

  /**
   * Good heartbeats in a row that make an agent healthy again.
   *
   * @return 1 or more
   */
  public int recoverAfter() {
    return recoverAfter;
  }

  /**
   * How long progress may stay the same before a living agent counts as stuck.
   *
   * @return the window, or null when progress is not judged
   */
  public @Nullable Duration progressWindow() {
    return progressWindow;
  }

  /**
   * How long a new incarnation may stay silent at first. Less than {@link #timeout()} means the
   * same as that.
   *
   * @return the grace, one time-out unless set
   */
  public Duration grace() {
    return grace == null ? timeout : grace;
  }

  /**
   * The longest wait that an agent can ask for.
   *
   * @return the ceiling
   */
  public Duration waitingCeiling() {
    return waitingCeiling;
  }

  /**
   * When the silence of many is held.
   *
   * @return the setting, or null when every silence counts
   */
  public @Nullable MassSilence massSilence() {
    return massSilence;
  }

  /** The larger the worse: which status so many failures in a row mean. */
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

  /** Collects the settings; each can be given once. Not thread-safe. */
  public static final class Builder {
    private final SetOnce given = new SetOnce();
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
     * Each whole time-out of silence is one failure.
     *
     * @param value positive, default 300 s
     * @return this builder
     */
    public Builder timeout(Duration value) {
      timeout = positive("timeout", given.once("timeout", value));
      return this;
    }

    /**
     * How often agents are asked to send a heartbeat.
     *
     * @param value positive, default 30 s
     * @return this builder
     */
    public Builder heartbeatInterval(Duration value) {
      heartbeatInterval = positive("heartbeatInterval", given.once("heartbeatInterval", value));
      return this;
    }

    /**
     * Failures in a row from which an agent is degraded.
     *
     * @param failures 1 or more, default 1
     * @return this builder
     */
    public Builder degradedAfter(int failures) {
      degradedAfter = atLeastOne("degradedAfter", given.once("degradedAfter", failures));
      return this;
    }

    /**
     * Failures in a row from which an agent is unhealthy.
     *
     * @param failures as many as for degraded or more, default 3
     * @return this builder
     */
    public Builder unhealthyAfter(int failures) {
      unhealthyAfter = atLeastOne("unhealthyAfter", given.once("unhealthyAfter", failures));
      return this;
    }

    /**
     * Good heartbeats in a row that make an agent healthy again. More than one keeps an agent that
     * flaps from looking well.
     *
     * @param heartbeats 1 or more, default 1
     * @return this builder
     */
    public Builder recoverAfter(int heartbeats) {
      recoverAfter = atLeastOne("recoverAfter", given.once("recoverAfter", heartbeats));
      return this;
    }

    /**
     * Sets the progress rule: an agent that has told its progress and lives, but whose progress
     * stays the same for one window, is degraded, and from three windows on unhealthy. Agents that
     * never tell any are not judged by it.
     *
     * @param window positive, default none: the rule is off
     * @return this builder
     */
    public Builder progressWindow(Duration window) {
      progressWindow = positive("progressWindow", given.once("progressWindow", window));
      return this;
    }

    /**
     * Switches the progress rule off.
     *
     * @return this builder
     */
    public Builder withoutProgressWindow() {
      given.once("progressWindow", "off");
      progressWindow = null;
      return this;
    }

    /**
     * How long a new incarnation may stay silent at first.
     *
     * @param value positive, default one time-out, less than that means the same
     * @return this builder
     */
    public Builder grace(Duration value) {
      grace = positive("grace", given.once("grace", value));
      return this;
    }

    /**
     * The longest wait that an agent can ask for.
     *
     * @param value positive, default 3600 s
     * @return this builder
     */
    public Builder waitingCeiling(Duration value) {
      waitingCeiling = positive("waitingCeiling", given.once("waitingCeiling", value));
      return this;
    }

    /**
     * When the silence of many is held. Counts for the registry; in the rules of one agent it means
     * nothing.
     *
     * @param part the part of the fleet that has to fall silent within one time-out, above 0, at
     *     most 1, default 0.5
     * @param agents the smallest fleet that this is asked of, at least 1, default 10
     * @param heldAtMost after this time silence counts after all, positive, default 15 min
     * @return this builder
     */
    public Builder massSilence(double part, int agents, Duration heldAtMost) {
      massSilence = given.once("massSilence", new MassSilence(part, agents, heldAtMost));
      return this;
    }

    /**
     * Lets every silence count, however many share it.
     *
     * @return this builder
     */
    public Builder withoutMassSilence() {
      given.once("massSilence", "off");
      massSilence = null;
      return this;
    }

    /**
     * Makes the rules.
     *
     * @return immutable rules
     * @throws IllegalArgumentException when an agent would be unhealthy before it is degraded
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
