package org.lazaruspit.heartbeat;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Numbers as values: immutable, and equal when they are the same number. */
final class Numbers {
  private Numbers() {}

  /**
   * The number as it is now, in a class that is known to be immutable.
   *
   * @throws NumberFormatException when it is none that JSON has a word for
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

  /** Whether two frozen values are the same text or the same number, 1 and 1.0 for example. */
  static boolean same(Object one, Object other) {
    if (one.getClass() == other.getClass() || !(one instanceof Number && other instanceof Number)) {
      return one.equals(other);
    }
    return new BigDecimal(one.toString()).compareTo(new BigDecimal(other.toString())) == 0;
  }
}
