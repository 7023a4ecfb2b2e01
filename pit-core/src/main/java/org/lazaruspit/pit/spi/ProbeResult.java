package org.lazaruspit.pit.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.cell.Incarnation;

/**
 * Result of a probe of one agent. Immutable and thread-safe.
 *
 * @param agent the probed agent
 * @param verdict the verdict
 * @param incarnation the incarnation that the verdict is about, up to {@link Incarnation#MAX}; 0 if
 *     unknown
 * @param beating whether at least one heartbeat came from that incarnation
 * @param detail the evidence in words, for the journal and for display; may be empty
 * @param responseTime the duration of the probe
 * @param held the reason why the agent's silence does not count at present, for example {@code
 *     mass}; empty if it counts
 * @param waiting the agent's own reason for waiting, in words; empty if it does not wait
 * @param lastHeartbeat the time of the last heartbeat, for display; empty if unknown
 * @param progress the agent's own report of its progress, for display; empty if absent
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

  /** Checks that no component is null, and that the incarnation is in its range. */
  @SuppressWarnings("doclint:missing") // documented at the record
  public ProbeResult {
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(verdict, "verdict");
    Incarnation.require(incarnation);
    Objects.requireNonNull(detail, "detail");
    Objects.requireNonNull(responseTime, "responseTime");
    Objects.requireNonNull(held, "held");
    Objects.requireNonNull(waiting, "waiting");
    Objects.requireNonNull(lastHeartbeat, "lastHeartbeat");
    Objects.requireNonNull(progress, "progress");
  }

  /**
   * Makes a result for an agent that is neither held nor waiting.
   *
   * @param agent the probed agent
   * @param verdict the verdict
   * @param incarnation the incarnation that the verdict is about; 0 if unknown
   * @param beating whether at least one heartbeat came from that incarnation
   * @param detail the evidence in words; may be empty
   * @param responseTime the duration of the probe
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
   * Makes a result without the last heartbeat and progress.
   *
   * @param agent the probed agent
   * @param verdict the verdict
   * @param incarnation the incarnation that the verdict is about; 0 if unknown
   * @param beating whether at least one heartbeat came from that incarnation
   * @param detail the evidence in words; may be empty
   * @param responseTime the duration of the probe
   * @param held the reason why the agent's silence does not count at present; empty if it counts
   * @param waiting the agent's own reason for waiting, in words; empty if it does not wait
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

  /** Verdict of a probe. */
  public enum Verdict {
    /** No problem is known. */
    HEALTHY,
    /** A problem is known; never a reason to kill. */
    DEGRADED,
    /** Dead by the rules of the registry. */
    UNHEALTHY,
    /** The registry does not know the agent. */
    UNKNOWN,
    /** No answer, and no statement about the agent. */
    UNREACHABLE
  }

  /**
   * Returns a result without an incarnation.
   *
   * @param target the probed agent
   * @param verdict the verdict
   * @param detail the evidence in words
   * @param responseTime the duration of the probe
   * @return the result
   */
  public static ProbeResult of(
      ProbeTarget target, Verdict verdict, String detail, Duration responseTime) {
    return new ProbeResult(target.agent(), verdict, 0, false, detail, responseTime);
  }

  /**
   * Returns whether this result proves that an incarnation is healthy: an older one does not count,
   * and neither does a verdict before the first heartbeat.
   *
   * @param expected the incarnation to prove
   * @return true only for a healthy verdict about that incarnation, with a heartbeat
   */
  public boolean provesHealthy(long expected) {
    return verdict == Verdict.HEALTHY && beating && incarnation == expected;
  }
}
