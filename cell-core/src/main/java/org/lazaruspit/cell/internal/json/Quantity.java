package org.lazaruspit.cell.internal.json;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Units and formats of resource amounts: {@code 2 cores}, {@code 500m}, {@code 1.5}, {@code 4GB},
 * {@code 512MiB}, {@code 10G}. As in SI and in Kubernetes, {@code k M G T} are powers of 1000 and
 * {@code Ki Mi Gi Ti} powers of 1024, with or without a {@code B}, in any case.
 */
public enum Quantity {
  /** Thousandths of a processor core. */
  CPU(
      "an amount such as \"2 cores\" or \"500m\"",
      1000,
      Map.of("", 1000L, "core", 1000L, "cores", 1000L, "cpu", 1000L, "cpus", 1000L, "m", 1L)),

  /** Bytes. */
  BYTES("an amount such as \"4GB\" or \"512MiB\"", 1, byteUnits());

  /** Bounds the digits, and thereby the arithmetic. */
  private static final Pattern AMOUNT =
      Pattern.compile(" *([0-9]{1,15}(?:\\.[0-9]{1,9})?) *([A-Za-z]{0,6}) *");

  private final String expected;
  private final long whole;

  @SuppressWarnings("ImmutableEnumChecker") // made by Map.of and Map.copyOf
  private final Map<String, Long> units;

  Quantity(String expected, long whole, Map<String, Long> units) {
    this.expected = expected;
    this.whole = whole;
    this.units = units;
  }

  private static Map<String, Long> byteUnits() {
    Map<String, Long> units = new HashMap<>();
    units.put("", 1L);
    units.put("b", 1L);
    units.put("byte", 1L);
    units.put("bytes", 1L);
    long decimal = 1;
    long binary = 1;
    for (String prefix : "k m g t p".split(" ", -1)) {
      decimal *= 1000;
      binary *= 1024;
      units.put(prefix, decimal);
      units.put(prefix + "b", decimal);
      units.put(prefix + "i", binary);
      units.put(prefix + "ib", binary);
    }
    return Map.copyOf(units);
  }

  public String expected() {
    return expected;
  }

  /** Returns the amount in thousandths of a core or in bytes, or null if it is malformed. */
  public @Nullable Long parse(String text) {
    Matcher amount = AMOUNT.matcher(text);
    if (!amount.matches()) {
      return null;
    }
    Long unit = units.get(amount.group(2).toLowerCase(Locale.ROOT));
    if (unit == null) {
      return null;
    }
    try {
      BigDecimal exact = new BigDecimal(amount.group(1)).multiply(BigDecimal.valueOf(unit));
      long value = exact.longValueExact();
      return value > 0 ? value : null;
    } catch (ArithmeticException e) {
      return null;
    }
  }

  /** Parses a bare number of cores or bytes. */
  @Nullable Long parseNumber(String digits) {
    BigDecimal number = new BigDecimal(digits);
    boolean bounded = Math.abs((long) number.scale()) + number.precision() < 64;
    return bounded ? parse(number.stripTrailingZeros().toPlainString()) : null;
  }

  /** Formats an amount. */
  String format(long amount) {
    if (this == BYTES) {
      return formatBytes(amount);
    }
    if (amount % whole != 0) {
      return amount + "m";
    }
    return amount == whole ? "1 core" : amount / whole + " cores";
  }

  private static String formatBytes(long bytes) {
    String[] names = {"TiB", "TB", "GiB", "GB", "MiB", "MB", "KiB", "kB"};
    long[] sizes = {
      1L << 40, 1_000_000_000_000L, 1L << 30, 1_000_000_000L, 1L << 20, 1_000_000L, 1L << 10, 1000L
    };
    for (int i = 0; i < names.length; i++) {
      if (bytes % sizes[i] == 0) {
        return bytes / sizes[i] + names[i];
      }
    }
    return bytes + "B";
  }
}
