package org.lazaruspit.pit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * Result of one round over the fleet. Immutable and thread-safe.
 *
 * @param timestamp the end of the round
 * @param cells the number of owned cells
 * @param agents every agent of the owned cells, by cell and id
 * @param overdue the overdue missions, tasks and checkpoints
 */
public record PitReport(
    Instant timestamp, int cells, List<AgentLine> agents, List<Overdue> overdue) {

  /** Copies the lists; rejects null components. */
  @SuppressWarnings("doclint:missing") // the record says it
  public PitReport {
    Objects.requireNonNull(timestamp, "timestamp");
    agents = List.copyOf(agents);
    overdue = List.copyOf(overdue);
  }

  /**
   * State of one agent. Immutable and thread-safe.
   *
   * @param agent the agent
   * @param gateway the name of the agent's gateway; empty for an agent without a gateway
   * @param status the agent's status
   * @param incarnation the agent's incarnation by the journal
   * @param judgement the judgement and its evidence, as text
   * @param responseTime the response time of the probe; empty without a response
   * @param lastHeartbeat the time of the last heartbeat; empty if unknown
   * @param progress the agent's own report of its progress; empty without a report
   * @param waiting the agent's own reason to wait, as text; empty if the agent does not wait
   */
  public record AgentLine(
      AgentRef agent,
      Optional<String> gateway,
      Status status,
      long incarnation,
      String judgement,
      Optional<Duration> responseTime,
      Optional<Instant> lastHeartbeat,
      Optional<String> progress,
      Optional<String> waiting) {

    /**
     * Returns whether the agent is healthy.
     *
     * @return true for {@link Status#HEALTHY} only
     */
    public boolean healthy() {
      return status == Status.HEALTHY;
    }
  }

  /** Status of an agent in a report. */
  public enum Status {
    /** Alive, without a problem. */
    HEALTHY,
    /** Alive, with a problem that needs no revival. */
    DEGRADED,
    /** Dead. */
    UNHEALTHY,
    /** An attempt of a revival is under way. */
    REVIVING,
    /** In trouble that a restart does not cure, or that many agents share. */
    HELD,
    /** Revived too often, or not revivable. */
    QUARANTINED,
    /** Stopped by an operator's order. */
    STOPPED,
    /** Paused, by an operator's order or in the agent's file. */
    PAUSED,
    /** Not judged and not started: the agent of another cell has its key at its gateway. */
    REFUSED,
    /** The mission is not active. */
    INACTIVE,
    /** The evidence allows no judgement. */
    UNKNOWN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /**
     * Returns the name used in JSON.
     *
     * @return the constant's name in lower case
     */
    public String wireName() {
      return wireName;
    }
  }

  /**
   * Mission, task or checkpoint past its time. A report only: the pit stops no agent for it.
   * Immutable and thread-safe.
   *
   * @param kind the kind
   * @param cellId the cell
   * @param id the id of the task or agent; for a mission, the id of its cell
   * @param since the end of the time
   */
  public record Overdue(Kind kind, UUID cellId, String id, Instant since) {

    /** Kind of an overdue item. */
    public enum Kind {
      /** Mission past its timeout: its agents get no automatic revivals. */
      MISSION,
      /** Task in progress for longer than its timeout. */
      TASK,
      /** Agent's checkpoint older than three checkpoint intervals. */
      CHECKPOINT
    }

    /**
     * Returns a line for the log.
     *
     * @return the line, with the cell's id first
     */
    public String describe() {
      return switch (kind) {
        case MISSION -> "cell %s: its mission is overdue since %s".formatted(cellId, since);
        case TASK -> "cell %s: task %s is overdue since %s".formatted(cellId, id, since);
        case CHECKPOINT ->
            "cell %s: agent %s should have saved a checkpoint by %s".formatted(cellId, id, since);
      };
    }
  }

  /**
   * Counts the healthy agents.
   *
   * @return 0 to the number of agents
   */
  public long healthyAgents() {
    return agents.stream().filter(AgentLine::healthy).count();
  }
}
