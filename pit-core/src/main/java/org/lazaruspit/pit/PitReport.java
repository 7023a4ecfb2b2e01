package org.lazaruspit.pit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
   * @param healthy whether nothing is held against it
   * @param incarnation its incarnation according to the journal
   * @param judgement what the evidence amounts to, in words
   * @param responseTime how long the answer about it took; empty where nobody was asked
   */
  public record AgentLine(
      AgentRef agent,
      Optional<String> gateway,
      boolean healthy,
      long incarnation,
      String judgement,
      Optional<Duration> responseTime) {}

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
    public String words() {
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
