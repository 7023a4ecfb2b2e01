package org.lazaruspit.heartbeat;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Immutable numbers and their comparison by value. */
final class Numbers {
  private Numbers() {}

  /**
   * Returns the number's current value, in an immutable class.
   *
   * @throws NumberFormatException if JSON cannot express the number
   */
  static Number frozen(Number number) {
    boolean whole =
        number instanceof Integer
            || number instanceof Long
            || number instanceof Short
            || number instanceof Byte
            || number.getClass() == BigInteger.class;
    if (whole || number.getClass() == BigDecimal.class) {
      return number;
    }
    BigDecimal value = new BigDecimal(number.toString());
    return number instanceof Double || number instanceof Float ? number : value;
  }

  /**
   * Returns whether two frozen values are the same text or the same number, for example 1 and 1.0.
   */
  static boolean same(Object one, Object other) {
    if (one.getClass() == other.getClass() || !(one instanceof Number && other instanceof Number)) {
      return one.equals(other);
    }
    return new BigDecimal(one.toString()).compareTo(new BigDecimal(other.toString())) == 0;
  }
}
