package org.lazaruspit.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one agent at one moment. Immutable and thread-safe. Times are wall-clock times,
 * for display.
 *
 * @param agentId the agent
 * @param status how it is doing
 * @param lastHeartbeat when its last accepted heartbeat came, null before the first of this
 *     incarnation
 * @param lastResponse when anything was last heard of it, a heartbeat or a reported failure, null
 *     before the first of this incarnation
 * @param consecutiveFailures failures in a row: reported ones and whole time-outs of silence since
 *     the last heartbeat
 * @param responseTime the last response time that a heartbeat told, null when none did
 * @param errorMessage what is wrong, null when nothing is
 * @param metadata JSON-like values by key, unmodifiable
 * @param incarnation the agent's incarnation, 0 when none is known
 * @param progress the last progress that a heartbeat told, a {@link String} or a {@link Number},
 *     null when none did
 * @param waiting what the agent waits for and until when, null when it does not wait
 * @param held why its silence does not count at the moment, null when it does
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
   * Checks what is given.
   *
   * @param agentId the agent
   * @param status how it is doing
   * @param lastHeartbeat when its last accepted heartbeat came
   * @param lastResponse when anything was last heard of it
   * @param consecutiveFailures failures in a row
   * @param responseTime the last response time that a heartbeat told
   * @param errorMessage what is wrong
   * @param metadata JSON-like values by key
   * @param incarnation the agent's incarnation
   * @param progress the last progress that a heartbeat told
   * @param waiting what the agent waits for and until when
   * @param held why its silence does not count at the moment
   */
  public AgentHealth {
    requireNonNull(agentId, "agentId");
    requireNonNull(status, "status");
    requireNonNull(metadata, "metadata");
  }
}
