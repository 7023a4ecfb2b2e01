package org.lazaruspit.cell;

/**
 * Range of incarnations. An agent's incarnation rises by one with each revival; a number outside of
 * the range is refused at every entrance, so that the next number never overflows. Thread-safe.
 */
public final class Incarnation {

  /** Largest incarnation, 1,000,000,000: one revival a second for 31 years. */
  public static final long MAX = 1_000_000_000L;

  private Incarnation() {}

  /**
   * Returns the number if it is in the range.
   *
   * @param number 0 to {@link #MAX}; 0 if unknown
   * @return the number
   * @throws IllegalArgumentException if it is outside of the range
   */
  public static long require(long number) {
    if (number < 0 || number > MAX) {
      throw new IllegalArgumentException(
          "incarnation: " + number + " is not a whole number from 0 to " + MAX);
    }
    return number;
  }
}
