package org.lazaruspit.pit.spi;

import java.time.Duration;
import java.util.Objects;

/**
 * Whom a reviver is to stop, and up to which incarnation. The number is a fencing token (see M.
 * Kleppmann, <i>How to do distributed locking</i>, 2016): a pit that was itself stopped for a while
 * may come with an order that is too old, and must not end the successor that another pit has
 * started meanwhile. Immutable and thread-safe.
 *
 * @param agent whom to stop
 * @param incarnation the newest incarnation that may be stopped, at least 0; what runs as a newer
 *     one is to be left alone
 * @param grace how long the agent may take to end by itself before it is killed; zero kills at once
 */
public record StopOrder(AgentRef agent, long incarnation, Duration grace) {

  /** Checks that the parts are there. */
  @SuppressWarnings("doclint:missing") // the record says it
  public StopOrder {
    Objects.requireNonNull(agent, "agent");
    if (incarnation < 0) {
      throw new IllegalArgumentException("incarnation: " + incarnation + " is less than 0");
    }
    Objects.requireNonNull(grace, "grace");
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace: " + grace + " is negative");
    }
  }

  /**
   * An order to stop whatever runs, of whichever incarnation.
   *
   * @param agent whom to stop
   * @param grace how long the agent may take to end by itself
   * @return the order
   */
  public static StopOrder whatever(AgentRef agent, Duration grace) {
    return new StopOrder(agent, Long.MAX_VALUE, grace);
  }

  /**
   * Whether this order is too old for what runs.
   *
   * @param running the incarnation that runs; 0 where that cannot be told
   * @return true where it is newer than any that may be stopped
   */
  public boolean isTooOldFor(long running) {
    return running > incarnation;
  }
}
