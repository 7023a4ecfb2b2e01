package org.lazaruspit.examples.zookeeper;

/**
 * One life of a pit among the others. It lasts for a while after each sign of life that the
 * ensemble has confirmed, counted from when that was sent, and once it is over it is over for ever,
 * whatever is confirmed later: what it owned may be somebody else's. Thread-safe.
 */
final class Lease {

  private final String member;
  private final Clocks clocks;
  private final long heldNanos;
  private volatile Clocks.Moment lastConfirmed;
  private volatile boolean over;

  /**
   * A life that begins.
   *
   * @param sent when the sign of life was sent that the ensemble has confirmed first
   */
  Lease(String member, Clocks clocks, Timing timing, Clocks.Moment sent) {
    this.member = member;
    this.clocks = clocks;
    heldNanos = timing.heldFor().toNanos();
    lastConfirmed = sent;
  }

  /** Before the first life. */
  static Lease none(Clocks clocks, Timing timing) {
    Lease none = new Lease("-", clocks, timing, clocks.now());
    none.end();
    return none;
  }

  /** What the others know this life by; no other life has the same. */
  String member() {
    return member;
  }

  /** Whether everything that was owned in this life still is. Never blocks. */
  boolean held() {
    if (!over && late(clocks.now())) {
      over = true;
    }
    return !over;
  }

  private boolean late(Clocks.Moment now) {
    Clocks.Moment last = lastConfirmed;
    return now.nanos() - last.nanos() >= heldNanos
        || (now.wallMillis() - last.wallMillis()) * 1_000_000 >= heldNanos;
  }

  /** The ensemble has confirmed a sign of life that was sent then; too late changes nothing. */
  void confirmed(Clocks.Moment sent) {
    if (held()) {
      lastConfirmed = sent;
    }
  }

  /** The others have taken it for dead, or it ends by itself. */
  void end() {
    over = true;
  }
}
