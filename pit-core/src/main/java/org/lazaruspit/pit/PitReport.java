package org.lazaruspit.pit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * The fleet as the last poll found it. Immutable and thread-safe.
 *
 * @param timestamp when the poll was
 * @param cells how many cells this pit works
 * @param agents every agent that was looked at, by cell and id
 */
public record PitReport(Instant timestamp, int cells, List<AgentLine> agents) {

  /** Copies the list. */
  @SuppressWarnings("doclint:missing") // the record says it
  public PitReport {
    Objects.requireNonNull(timestamp, "timestamp");
    agents = List.copyOf(agents);
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
   * How many agents nothing is held against.
   *
   * @return between zero and the number of agents
   */
  public long healthyAgents() {
    return agents.stream().filter(AgentLine::healthy).count();
  }
}
