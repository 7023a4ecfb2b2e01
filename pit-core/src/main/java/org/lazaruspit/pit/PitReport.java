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
 * The fleet as the last poll found it. Immutable and thread-safe.
 *
 * @param timestamp when the poll was
 * @param cells how many cells this pit works
 * @param agents every agent that was looked at, by cell and id
 * @param overdue what has taken longer than it was given
 */
public record PitReport(
    Instant timestamp, int cells, List<AgentLine> agents, List<Overdue> overdue) {

  /** Copies the lists. */
  @SuppressWarnings("doclint:missing") // the record says it
  public PitReport {
    Objects.requireNonNull(timestamp, "timestamp");
    agents = List.copyOf(agents);
    overdue = List.copyOf(overdue);
  }

  /**
   * One agent in the report.
   *
   * @param agent who
   * @param gateway its gateway's name; empty for an agent that has none
   * @param status what the evidence amounts to, in one word
   * @param incarnation its incarnation according to the journal
   * @param judgement the same in words, with the evidence
   * @param responseTime how long the answer about it took; empty where nobody was asked
   * @param lastHeartbeat when it was last heard; empty where nobody has told
   * @param progress how far it says it is; empty where it does not say
   * @param waiting what it says it waits for, in words; empty where it does not wait
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
     * Whether nothing is held against it.
     *
     * @return true for {@link Status#HEALTHY} alone
     */
    public boolean healthy() {
      return status == Status.HEALTHY;
    }
  }

  /** Where an agent stands, in one word. */
  public enum Status {
    /** Nothing is held against it. */
    HEALTHY,
    /** Something is wrong with it, and it is left alone. */
    DEGRADED,
    /** Judged dead. */
    UNHEALTHY,
    /** An attempt to bring it back is under way. */
    REVIVING,
    /** In trouble that a restart would not cure, or that many share. */
    HELD,
    /** It came back too often, or could not be brought back. */
    QUARANTINED,
    /** A person wants it not to run. */
    STOPPED,
    /** A person wants it left alone, by an order or in its file. */
    PAUSED,
    /** Its mission is not active. */
    INACTIVE,
    /** Nobody can tell at the moment. */
    UNKNOWN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /**
     * The name used in JSON.
     *
     * @return the constant's name in lower case
     */
    public String wireName() {
      return wireName;
    }
  }

  /**
   * Something that has taken longer than it was given. Nothing is ended for that.
   *
   * @param kind what it is
   * @param cellId the cell that it belongs to
   * @param id the task's or the agent's id, or the cell's for its mission
   * @param since when its time was up
   */
  public record Overdue(Kind kind, UUID cellId, String id, Instant since) {

    /** What may be overdue. */
    public enum Kind {
      /** A mission past its timeout: it gets no automatic revival. */
      MISSION,
      /** A task that has been in progress for longer than its timeout. */
      TASK,
      /** An agent's checkpoint that is older than three checkpoint intervals. */
      CHECKPOINT
    }

    /**
     * The same in words.
     *
     * @return a sentence
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
   * How many agents nothing is held against.
   *
   * @return between zero and the number of agents
   */
  public long healthyAgents() {
    return agents.stream().filter(AgentLine::healthy).count();
  }
}
