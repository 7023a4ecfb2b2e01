package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What became of one heartbeat. Immutable. */
public sealed interface BeatResult {

  /**
   * The gateway took it.
   *
   * @param nextHeartbeat when it wants the next one
   * @param metadataRefused why the metadata did not count, null if it did or if there was none
   */
  record Accepted(Duration nextHeartbeat, @Nullable String metadataRefused) implements BeatResult {
    /**
     * Checks what is given.
     *
     * @param nextHeartbeat when it wants the next one
     * @param metadataRefused why the metadata did not count, or null
     */
    public Accepted {
      Objects.requireNonNull(nextHeartbeat, "nextHeartbeat");
    }
  }

  /**
   * The gateway refused it.
   *
   * @param problem why
   * @param retryAfter when the gateway wants to hear of us again, null if it did not say
   */
  record Refused(Problem problem, @Nullable Duration retryAfter) implements BeatResult {
    /**
     * Checks what is given.
     *
     * @param problem why
     * @param retryAfter when the gateway wants to hear of us again, or null
     */
    public Refused {
      Objects.requireNonNull(problem, "problem");
    }

    /**
     * Whether a newer incarnation of this agent has taken its place, so that it should end.
     *
     * @return true if this sender is fenced off
     */
    public boolean isFenced() {
      return problem.status() == 409;
    }
  }

  /**
   * The gateway was not reached, or what answered was no gateway.
   *
   * @param cause what went wrong
   */
  record Unreachable(IOException cause) implements BeatResult {
    /**
     * Checks what is given.
     *
     * @param cause what went wrong
     */
    public Unreachable {
      Objects.requireNonNull(cause, "cause");
    }
  }
}
