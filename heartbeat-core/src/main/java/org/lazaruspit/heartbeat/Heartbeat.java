package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Data of a heartbeat; every field is optional. Immutable and thread-safe; an instance can be sent
 * repeatedly. {@link #EMPTY}, or a heartbeat with incarnation and response time only, costs no
 * allocation in the registry.
 *
 * <pre>{@code
 * Heartbeat beat = Heartbeat.builder().incarnation(3).progress("step 12").metadata("model", "large").build();
 * registry.heartbeat("writer-1", beat);
 * }</pre>
 */
public final class Heartbeat {
  /** Heartbeat without further data. */
  public static final Heartbeat EMPTY = builder().build();

  static final long NO_INCARNATION = -1;

  private final Map<String, @Nullable Object> metadata;
  private final @Nullable Duration responseTime;
  private final long incarnation;
  private final @Nullable Object progress;
  private final @Nullable Waiting waiting;
  private final boolean plain;

  private Heartbeat(Builder builder) {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(builder.metadata));
    responseTime = builder.responseTime;
    incarnation = builder.incarnation;
    progress = builder.progress;
    waiting = builder.waiting;
    plain = progress == null && waiting == null && metadata.isEmpty();
  }

  /**
   * Returns a builder of a heartbeat without data.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns JSON-like values to merge into the agent's metadata; null deletes a key.
   *
   * @return an unmodifiable map
   */
  public Map<String, @Nullable Object> metadata() {
    return metadata;
  }

  /**
   * Returns the agent's response time.
   *
   * @return the response time, or null if absent
   */
  public @Nullable Duration responseTime() {
    return responseTime;
  }

  /**
   * Returns whether the heartbeat has an incarnation.
   *
   * @return true if {@link #incarnation()} was set
   */
  public boolean hasIncarnation() {
    return incarnation != NO_INCARNATION;
  }

  /**
   * Returns the sender's incarnation.
   *
   * @return 0 to {@link Incarnation#MAX}, or -1 if absent
   */
  public long incarnation() {
    return incarnation;
  }

  /**
   * Returns the agent's progress, in the agent's own terms.
   *
   * @return a {@link String} or a {@link Number}, or null if absent
   */
  public @Nullable Object progress() {
    return progress;
  }

  /**
   * Returns the wait that begins with this heartbeat.
   *
   * @return the wait, or null if the agent does not wait
   */
  public @Nullable Waiting waiting() {
    return waiting;
  }

  /**
   * Returns whether the heartbeat has this incarnation and no other data except a response time.
   */
  boolean isPlainOf(long agentsIncarnation) {
    return plain && Math.max(0, incarnation) == agentsIncarnation;
  }

  @Override
  public String toString() {
    return "Heartbeat[metadata=%s, responseTime=%s, incarnation=%s, progress=%s, waiting=%s]"
        .formatted(metadata, responseTime, incarnation, progress, waiting);
  }

  /** Builder of a heartbeat. Not thread-safe. */
  public static final class Builder {
    private final Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
    private @Nullable Duration responseTime;
    private long incarnation = NO_INCARNATION;
    private @Nullable Object progress;
    private @Nullable Waiting waiting;

    private Builder() {}

    /**
     * Adds metadata to merge. The registry refuses values that JSON cannot express.
     *
     * @param values by key: text, numbers, booleans, lists and maps of these; null deletes the key
     * @return this builder
     */
    public Builder metadata(Map<String, ? extends @Nullable Object> values) {
      metadata.putAll(values);
      return this;
    }

    /**
     * Adds one value of metadata.
     *
     * @param key the key
     * @param value a text, number, boolean, list or map; null deletes the key
     * @return this builder
     */
    public Builder metadata(String key, @Nullable Object value) {
      metadata.put(requireNonNull(key, "key"), value);
      return this;
    }

    /**
     * Sets the agent's response time.
     *
     * @param duration not negative; capped at 292 years
     * @return this builder
     */
    public Builder responseTime(Duration duration) {
      if (duration.isNegative()) {
        throw new IllegalArgumentException("responseTime: " + duration + " is negative");
      }
      responseTime = duration;
      return this;
    }

    /**
     * Sets the sender's incarnation.
     *
     * @param number 0 to {@link Incarnation#MAX}; 0 counts as absent
     * @return this builder
     * @throws IllegalArgumentException if the number is outside of the range
     */
    public Builder incarnation(long number) {
      incarnation = Incarnation.require(number);
      return this;
    }

    /**
     * Sets the agent's progress.
     *
     * @param text any text of up to 1,000 characters; only changes matter
     * @return this builder
     */
    public Builder progress(String text) {
      if (text.length() > 1_000) {
        throw new IllegalArgumentException(
            "progress: " + text.length() + " characters, expected up to 1000");
      }
      progress = text;
      return this;
    }

    /**
     * Sets the agent's progress.
     *
     * @param number any finite number, copied; only changes matter
     * @return this builder
     */
    public Builder progress(Number number) {
      try {
        progress = Numbers.frozen(number);
        return this;
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("progress: " + number + " is not a finite number", e);
      }
    }

    /**
     * Announces a wait of the agent.
     *
     * @param value reason and length of the wait
     * @return this builder
     */
    public Builder waiting(Waiting value) {
      waiting = requireNonNull(value, "waiting");
      return this;
    }

    /**
     * Creates the heartbeat.
     *
     * @return an immutable heartbeat
     */
    public Heartbeat build() {
      return new Heartbeat(this);
    }
  }
}
