package org.lazaruspit.pit;

import java.time.Duration;

/**
 * Receives the events of a pit, after the fact and in order. All listeners of a pit are called on
 * one thread, never under a lock. Exceptions are logged under the class name of the listener. A
 * slow listener delays the other listeners only; beyond 10,000 queued events the newest are
 * dropped, with a log line.
 */
public interface PitListener {

  /**
   * Called when a revival has changed, after the journal line. The default does nothing.
   *
   * @param revival the revival after the change
   */
  default void revivalChanged(Revival revival) {}

  /**
   * Called after a round of the loop. The default does nothing.
   *
   * @param report the report of the round
   */
  default void roundEnded(PitReport report) {}

  /**
   * Called after a round of the loop. The default calls {@link #roundEnded(PitReport)}.
   *
   * @param report the report of the round
   * @param took the duration of the round
   */
  default void roundEnded(PitReport report, Duration took) {
    roundEnded(report);
  }

  /**
   * Called when an agent's failure was journaled. The default does nothing.
   *
   * @param detection the failure
   */
  default void failureDetected(FailureDetection detection) {}

  /**
   * Called after a write to a cell's journal, or its failure. The default does nothing.
   *
   * @param write the write
   */
  default void journalWritten(JournalWrite write) {}

  /**
   * Called when a heartbeat from an agent's file was forwarded. Heartbeats that agents send to
   * their gateways bypass the pit. The default does nothing.
   *
   * @param heartbeat the heartbeat's agent, and the result
   */
  default void heartbeatForwarded(ForwardedHeartbeat heartbeat) {}
}
