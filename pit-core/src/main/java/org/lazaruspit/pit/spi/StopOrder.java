package org.lazaruspit.pit.spi;

import java.time.Duration;
import java.util.Objects;
import org.lazaruspit.cell.Incarnation;

/**
 * Order to stop an agent, up to an incarnation. The incarnation is a fencing token (see M.
 * Kleppmann, <i>How to do distributed locking</i>, 2016): the order of a pit that was suspended for
 * a while may be too old, and must not stop the successor that another pit has started. Immutable
 * and thread-safe.
 *
 * @param agent the agent
 * @param incarnation the newest incarnation to stop, 0 to {@link Incarnation#MAX}; a newer one is
 *     left alone
 * @param grace the time for the agent to end by itself before it is killed; zero kills at once
 */
public record StopOrder(AgentRef agent, long incarnation, Duration grace) {

  /** Checks that no component is null, and that the numbers are in their ranges. */
  @SuppressWarnings("doclint:missing") // documented at the record
  public StopOrder {
    Objects.requireNonNull(agent, "agent");
    Incarnation.require(incarnation);
    Objects.requireNonNull(grace, "grace");
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace: " + grace + " is negative");
    }
  }

  /**
   * Returns an order to stop an agent of any incarnation.
   *
   * @param agent the agent
   * @param grace the time for the agent to end by itself
   * @return the order
   */
  public static StopOrder anyIncarnation(AgentRef agent, Duration grace) {
    return new StopOrder(agent, Incarnation.MAX, grace);
  }

  /**
   * Returns whether this order is too old for a running incarnation.
   *
   * @param running the incarnation that runs; 0 if unknown
   * @return true if it is newer than the newest to stop
   */
  public boolean isTooOldFor(long running) {
    return running > incarnation;
  }
}
