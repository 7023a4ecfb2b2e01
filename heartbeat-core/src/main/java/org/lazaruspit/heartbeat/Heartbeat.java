package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says with a sign of life; all of it is optional. Immutable and thread-safe; one
 * instance can be sent again and again, and {@link #EMPTY} or one that tells nothing but
 * incarnation and response time costs no allocation.
 *
 * <pre>{@code
 * Heartbeat beat = Heartbeat.builder().incarnation(3).progress("step 12").metadata("model", "large").build();
 * registry.heartbeat("writer-1", beat);
 * }</pre>
 */
public final class Heartbeat {
  /** "I am alive" and nothing else. */
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
   * Starts a heartbeat that tells nothing yet.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * JSON-like values to merge into the agent's metadata; null deletes a key.
   *
   * @return an unmodifiable map
   */
  public Map<String, @Nullable Object> metadata() {
    return metadata;
  }

  /**
   * How long the agent took to answer.
   *
   * @return the response time, or null when nobody measured one
   */
  public @Nullable Duration responseTime() {
    return responseTime;
  }

  /**
   * Whether the heartbeat tells its incarnation.
   *
   * @return true when {@link #incarnation()} was given
   */
  public boolean hasIncarnation() {
    return incarnation != NO_INCARNATION;
  }

  /**
   * The sender's incarnation.
   *
   * @return the incarnation, 0 or more, or -1 when it tells none
   */
  public long incarnation() {
    return incarnation;
  }

  /**
   * How far the agent has come, in its own terms.
   *
   * @return a {@link String} or a {@link Number}, or null when it tells none
   */
  public @Nullable Object progress() {
    return progress;
  }

  /**
   * What the agent is going to wait for.
   *
   * @return the waiting, or null when it does not wait
   */
  public @Nullable Waiting waiting() {
    return waiting;
  }

  /** Whether it says no more than that this incarnation lives, and how fast it answered. */
  boolean isPlainOf(long agentsIncarnation) {
    return plain && Math.max(0, incarnation) == agentsIncarnation;
  }

  @Override
  public String toString() {
    return "Heartbeat[metadata=%s, responseTime=%s, incarnation=%s, progress=%s, waiting=%s]"
        .formatted(metadata, responseTime, incarnation, progress, waiting);
  }

  /** Collects what a heartbeat tells. Not thread-safe. */
  public static final class Builder {
    private final Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
    private @Nullable Duration responseTime;
    private long incarnation = NO_INCARNATION;
    private @Nullable Object progress;
    private @Nullable Waiting waiting;

    private Builder() {}

    /**
     * Adds metadata to merge. The registry refuses what JSON has no word for.
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
     * Sets how long the agent took to answer.
     *
     * @param duration not negative; more than 292 years count as that
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
     * @param number 0 or more; 0 is as good as none
     * @return this builder
     */
    public Builder incarnation(long number) {
      if (number < 0) {
        throw new IllegalArgumentException("incarnation: " + number + " is negative");
      }
      incarnation = number;
      return this;
    }

    /**
     * Sets how far the agent has come.
     *
     * @param text any text of up to 1,000 characters; only whether it changes counts
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
     * Sets how far the agent has come.
     *
     * @param number any finite number, taken as it is now; only whether it changes counts
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
     * Says that the agent will be quiet.
     *
     * @param what what it waits for, and for how long
     * @return this builder
     */
    public Builder waiting(Waiting what) {
      waiting = requireNonNull(what, "what");
      return this;
    }

    /**
     * Makes the heartbeat.
     *
     * @return an immutable heartbeat
     */
    public Heartbeat build() {
      return new Heartbeat(this);
    }
  }
}
