package org.lazaruspit.examples.zookeeper;

/**
 * Lease of one membership of a pit. Each renewal that the ensemble confirms extends the lease,
 * counted from the sending of the renewal. An ended lease stays ended, also after a late
 * confirmation: other pits may own its cells by then. Thread-safe.
 */
final class Lease {

  private final String member;
  private final Clocks clocks;
  private final long durationNanos;
  private volatile Clocks.Moment lastConfirmed;
  private volatile boolean ended;

  /**
   * Starts a lease.
   *
   * @param sent the time at which the first confirmed renewal was sent
   */
  Lease(String member, Clocks clocks, Timing timing, Clocks.Moment sent) {
    this.member = member;
    this.clocks = clocks;
    durationNanos = timing.leaseDuration().toNanos();
    lastConfirmed = sent;
  }

  /** Returns a lease that has ended, for the time before the first membership. */
  static Lease ended(Clocks clocks, Timing timing) {
    Lease lease = new Lease("-", clocks, timing, clocks.now());
    lease.end();
    return lease;
  }

  /** Returns the name of the member, unique to this lease. */
  String member() {
    return member;
  }

  /** Returns whether the lease lasts and with it the ownership of its cells. Never blocks. */
  boolean held() {
    if (!ended && hasExpired(clocks.now())) {
      ended = true;
    }
    return !ended;
  }

  private boolean hasExpired(Clocks.Moment now) {
    Clocks.Moment last = lastConfirmed;
    return now.nanos() - last.nanos() >= durationNanos
        || (now.wallMillis() - last.wallMillis()) * 1_000_000 >= durationNanos;
  }

  /**
   * Extends the lease after a confirmed renewal; no effect on an ended lease.
   *
   * @param sent the time at which the renewal was sent
   */
  void confirmed(Clocks.Moment sent) {
    if (held()) {
      lastConfirmed = sent;
    }
  }

  /** Ends the lease: the member was declared dead, or leaves. */
  void end() {
    ended = true;
  }
}
