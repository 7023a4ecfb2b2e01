package org.lazaruspit.examples.zookeeper;

import java.time.Duration;

/**
 * Durations derived from the session time-out, after which the cells of a silent pit are free at
 * the latest. Clocks of two machines are never compared, only their pace: a lease ends after half
 * of the time-out, the other pits wait for ten twelfths of it. One clock may therefore run at six
 * tenths of the pace of the other, and a pit has time to finish an act that it began before its
 * lease ended.
 *
 * @param session the session time-out
 */
record Timing(Duration session) {

  /** Interval between two renewals of a pit, and between two reads of the other members. */
  Duration tick() {
    return session.dividedBy(12);
  }

  /** Duration of a lease, from the sending of the last confirmed renewal. */
  Duration leaseDuration() {
    return session.dividedBy(2);
  }

  /** Silence after which a member is declared dead. */
  Duration silenceLimit() {
    return tick().multipliedBy(10);
  }

  /**
   * Time-out of the connection to a server: short enough to renew the lease through another one.
   */
  Duration transportTimeout() {
    return atMostTenSeconds(session.dividedBy(3));
  }

  /** Maximum wait of the first claim for a connection. */
  Duration startTimeout() {
    return atMostTenSeconds(session);
  }

  private static Duration atMostTenSeconds(Duration time) {
    Duration ten = Duration.ofSeconds(10);
    return time.compareTo(ten) < 0 ? time : ten;
  }
}
