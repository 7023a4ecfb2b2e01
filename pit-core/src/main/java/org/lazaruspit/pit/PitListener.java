package org.lazaruspit.pit;

import java.time.Duration;

/**
 * Is told what a pit does, after the fact and in order. Called on one thread of its own, never
 * under a lock; what it throws is logged under its class name and stops nothing. One that is slow
 * delays the other listeners alone; past 10,000 waiting messages the newest are dropped, and the
 * log says so.
 */
public interface PitListener {

  /**
   * A revival has moved: the journal has it already. The default does nothing.
   *
   * @param revival the revival as it is now
   */
  default void revivalChanged(Revival revival) {}

  /**
   * A round of the loop has ended. The default does nothing.
   *
   * @param report the fleet as that round found it
   */
  default void roundEnded(PitReport report) {}

  /**
   * A round of the loop has ended. The default calls {@link #roundEnded(PitReport)}.
   *
   * @param report the fleet as that round found it
   * @param took how long the round took
   */
  default void roundEnded(PitReport report, Duration took) {
    roundEnded(report);
  }

  /**
   * An agent was found in trouble. The default does nothing.
   *
   * @param detection who, why, and since when
   */
  default void troubleDetected(FailureDetection detection) {}

  /**
   * A journal was written to, or could not be. The default does nothing.
   *
   * @param write how much, and how long it took
   */
  default void journalWritten(JournalWrite write) {}

  /**
   * A heartbeat that was left in a file was passed on. Those that agents send to their gateways
   * don't pass through the pit. The default does nothing.
   *
   * @param heartbeat whose, and whether it was taken
   */
  default void heartbeatPassed(ForwardedHeartbeat heartbeat) {}
}
