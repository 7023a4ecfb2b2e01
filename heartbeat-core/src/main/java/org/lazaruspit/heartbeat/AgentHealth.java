package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Snapshot of one agent's health. Immutable and thread-safe. Times are wall-clock times, for
 * display.
 *
 * @param agentId the agent
 * @param status the agent's status
 * @param lastHeartbeat time of the last accepted heartbeat, null before the first of this
 *     incarnation
 * @param lastResponse time of the last heartbeat or reported failure, null before the first of this
 *     incarnation
 * @param consecutiveFailures failures in a row: reported failures plus whole time-outs of silence
 *     since the last heartbeat
 * @param responseTime the last response time in a heartbeat, null if absent
 * @param errorMessage the reason for the status, null if the agent is fine
 * @param metadata JSON-like values by key, unmodifiable
 * @param incarnation the agent's incarnation, 0 to {@link Incarnation#MAX}, 0 if unknown
 * @param progress the last progress in a heartbeat, a {@link String} or a {@link Number}, null if
 *     absent
 * @param waiting reason and end of the agent's wait, null if the agent does not wait
 * @param held the hold on the agent's silence, null if silence counts
 */
public record AgentHealth(
    String agentId,
    HealthStatus status,
    @Nullable Instant lastHeartbeat,
    @Nullable Instant lastResponse,
    int consecutiveFailures,
    @Nullable Duration responseTime,
    @Nullable String errorMessage,
    Map<String, Object> metadata,
    long incarnation,
    @Nullable Object progress,
    @Nullable Waiting waiting,
    @Nullable Held held) {

  /**
   * Checks the arguments.
   *
   * @param agentId the agent
   * @param status the agent's status
   * @param lastHeartbeat time of the last accepted heartbeat
   * @param lastResponse time of the last heartbeat or reported failure
   * @param consecutiveFailures failures in a row
   * @param responseTime the last response time in a heartbeat
   * @param errorMessage the reason for the status
   * @param metadata JSON-like values by key
   * @param incarnation the agent's incarnation
   * @param progress the last progress in a heartbeat
   * @param waiting reason and end of the agent's wait
   * @param held the hold on the agent's silence
   */
  public AgentHealth {
    requireNonNull(agentId, "agentId");
    requireNonNull(status, "status");
    requireNonNull(metadata, "metadata");
    Incarnation.require(incarnation);
  }
}
