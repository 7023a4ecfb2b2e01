package org.lazaruspit.examples.zookeeper;

import java.time.Duration;

/**
 * What follows from the session time-out: after so long without a sign of life at the latest, a
 * pit's cells are free for the others. Clocks of two machines are never compared, only their pace:
 * a pit stops after half of the time, the others wait for ten twelfths, so that one clock may run
 * at six tenths of the other's pace; and what a pit has begun just before it stops, it may finish
 * meanwhile.
 *
 * @param session as configured
 */
record Timing(Duration session) {

  /** Between two signs of life of a pit, and between two looks at those of the others. */
  Duration tick() {
    return session.dividedBy(12);
  }

  /** A pit whose last answered sign of life was sent so long ago owns nothing any more. */
  Duration heldFor() {
    return session.dividedBy(2);
  }

  /** A pit that has given no sign of life for so long is taken for dead. */
  Duration silence() {
    return tick().multipliedBy(10);
  }

  /** A server that does not answer is left for another in time to be heard there. */
  Duration transport() {
    return atMostTenSeconds(session.dividedBy(3));
  }

  /** How long the first question may wait until the ensemble is reached. */
  Duration patience() {
    return atMostTenSeconds(session);
  }

  private static Duration atMostTenSeconds(Duration time) {
    Duration ten = Duration.ofSeconds(10);
    return time.compareTo(ten) < 0 ? time : ten;
  }
}
