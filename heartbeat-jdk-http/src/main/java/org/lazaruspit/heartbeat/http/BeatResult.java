package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Result of one heartbeat. Immutable. */
public sealed interface BeatResult {

  /**
   * The gateway accepted the heartbeat.
   *
   * @param nextHeartbeat requested delay until the next heartbeat
   * @param metadataRefused the reason for refused metadata, null if accepted or absent
   */
  record Accepted(Duration nextHeartbeat, @Nullable String metadataRefused) implements BeatResult {
    /**
     * Checks the arguments.
     *
     * @param nextHeartbeat requested delay until the next heartbeat
     * @param metadataRefused the reason for refused metadata, or null
     */
    public Accepted {
      Objects.requireNonNull(nextHeartbeat, "nextHeartbeat");
    }
  }

  /**
   * The gateway refused the heartbeat.
   *
   * @param problem the reason
   * @param retryAfter requested delay until a retry, null if absent
   */
  record Refused(Problem problem, @Nullable Duration retryAfter) implements BeatResult {
    /**
     * Checks the arguments.
     *
     * @param problem the reason
     * @param retryAfter requested delay until a retry, or null
     */
    public Refused {
      Objects.requireNonNull(problem, "problem");
    }

    /**
     * Returns whether a newer incarnation has replaced this agent, so that the agent should exit.
     *
     * @return true if this sender is fenced off
     */
    public boolean isFenced() {
      return problem.status() == 409;
    }
  }

  /**
   * The gateway was not reached, or the response is not from a gateway.
   *
   * @param cause the failure
   */
  record Unreachable(IOException cause) implements BeatResult {
    /**
     * Checks the arguments.
     *
     * @param cause the failure
     */
    public Unreachable {
      Objects.requireNonNull(cause, "cause");
    }
  }
}
