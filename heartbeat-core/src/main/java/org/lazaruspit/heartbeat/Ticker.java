package org.lazaruspit.heartbeat;

/**
 * Monotonic time, the only time that rules are applied to.
 *
 * <p>The readings mean nothing by themselves: they may be negative and may overflow, only the
 * difference of two counts. Implementations must be thread-safe and must not go backwards.
 */
@FunctionalInterface
public interface Ticker {
  /**
   * Reads the ticker.
   *
   * @return nanoseconds since an arbitrary instant
   */
  long nanos();

  /**
   * The ticker of this JVM.
   *
   * @return a ticker that reads {@link System#nanoTime()}
   */
  static Ticker system() {
    return System::nanoTime;
  }
}
