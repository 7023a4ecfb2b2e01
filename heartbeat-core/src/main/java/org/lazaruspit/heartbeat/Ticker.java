package org.lazaruspit.heartbeat;

/**
 * Monotonic clock, the only clock of the rules.
 *
 * <p>Only the difference of two readings counts; readings may be negative and may overflow.
 * Implementations must be thread-safe and must not go backwards.
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
   * Returns the ticker of this JVM.
   *
   * @return a ticker that reads {@link System#nanoTime()}
   */
  static Ticker system() {
    return System::nanoTime;
  }
}
