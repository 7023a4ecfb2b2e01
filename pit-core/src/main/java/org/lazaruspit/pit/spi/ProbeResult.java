package org.lazaruspit.pit.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What a probe learned about one agent. Immutable and thread-safe.
 *
 * @param agent who was asked about
 * @param verdict what was learned
 * @param incarnation the incarnation that the answer speaks of; 0 where none is known
 * @param beating whether at least one sign of life came from that incarnation
 * @param detail the evidence in words, for the journal and for people; may be empty
 * @param responseTime how long the answer took
 * @param held why the agent's silence does not count at the moment, for example {@code mass}; empty
 *     where it counts
 * @param waiting what the agent says it waits for, in words; empty where it does not wait
 * @param lastHeartbeat when it was last heard, for people; empty where nobody has told
 * @param progress how far the agent says it is, for people; empty where it does not say
 */
public record ProbeResult(
    AgentRef agent,
    Verdict verdict,
    long incarnation,
    boolean beating,
    String detail,
    Duration responseTime,
    Optional<String> held,
    Optional<String> waiting,
    Optional<Instant> lastHeartbeat,
    Optional<String> progress) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public ProbeResult {
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(detail, "detail");
    Objects.requireNonNull(responseTime, "responseTime");
    Objects.requireNonNull(held, "held");
    Objects.requireNonNull(waiting, "waiting");
    Objects.requireNonNull(lastHeartbeat, "lastHeartbeat");
    Objects.requireNonNull(progress, "progress");
  }

  /**
   * A result about an agent that is neither held nor waiting.
   *
   * @param agent who was asked about
   * @param verdict what was learned
   * @param incarnation the incarnation that the answer speaks of; 0 where none is known
   * @param beating whether at least one sign of life came from that incarnation
   * @param detail the evidence in words; may be empty
   * @param responseTime how long the answer took
   */
  public ProbeResult(
      AgentRef agent,
      Verdict verdict,
      long incarnation,
      boolean beating,
      String detail,
      Duration responseTime) {
    this(
        agent,
        verdict,
        incarnation,
        beating,
        detail,
        responseTime,
        Optional.empty(),
        Optional.empty());
  }

  /**
   * A result that says nothing of the last heartbeat and of progress.
   *
   * @param agent who was asked about
   * @param verdict what was learned
   * @param incarnation the incarnation that the answer speaks of; 0 where none is known
   * @param beating whether at least one sign of life came from that incarnation
   * @param detail the evidence in words; may be empty
   * @param responseTime how long the answer took
   * @param held why the agent's silence does not count at the moment; empty where it counts
   * @param waiting what the agent says it waits for, in words; empty where it does not wait
   */
  public ProbeResult(
      AgentRef agent,
      Verdict verdict,
      long incarnation,
      boolean beating,
      String detail,
      Duration responseTime,
      Optional<String> held,
      Optional<String> waiting) {
    this(
        agent,
        verdict,
        incarnation,
        beating,
        detail,
        responseTime,
        held,
        waiting,
        Optional.empty(),
        Optional.empty());
  }

  /** What a probe may find. */
  public enum Verdict {
    /** All is well. */
    HEALTHY,
    /** Something is wrong; never a reason to kill. */
    DEGRADED,
    /** Taken for dead by whoever applies the rules. */
    UNHEALTHY,
    /** Whoever was asked does not know the agent. */
    UNKNOWN,
    /** Nobody answered: no statement about the agent. */
    UNREACHABLE
  }

  /**
   * A result without knowledge of an incarnation.
   *
   * @param target who was asked about
   * @param verdict what was learned
   * @param detail the evidence in words
   * @param responseTime how long the answer took
   * @return the result
   */
  public static ProbeResult of(
      ProbeTarget target, Verdict verdict, String detail, Duration responseTime) {
    return new ProbeResult(target.agent(), verdict, 0, false, detail, responseTime);
  }

  /**
   * Whether the agent is healthy in the given incarnation: it has itself been heard, and is not an
   * older self.
   *
   * @param expected the incarnation to prove
   * @return true only for a healthy verdict about that incarnation, with a sign of life
   */
  public boolean provesHealthy(long expected) {
    return verdict == Verdict.HEALTHY && beating && incarnation == expected;
  }
}
