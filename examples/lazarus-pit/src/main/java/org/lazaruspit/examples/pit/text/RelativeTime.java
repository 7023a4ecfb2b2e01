package org.lazaruspit.examples.pit.text;

import java.time.Duration;
import java.time.Instant;

/** Times as people say them. */
public final class RelativeTime {

  private RelativeTime() {}

  /** For example {@code 2 h 5 min}; the two largest parts. */
  public static String words(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3_600) {
      return two(seconds / 60, "min", seconds % 60, "s");
    }
    if (seconds < 86_400) {
      return two(seconds / 3_600, "h", seconds % 3_600 / 60, "min");
    }
    return two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h");
  }

  private static String two(long large, String unit, long small, String smallUnit) {
    return small == 0 ? large + " " + unit : large + " " + unit + " " + small + " " + smallUnit;
  }

  /** For example {@code 1 cell} and {@code 2 cells}. */
  public static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  /** For example {@code 12 s ago}; a dash for no time. */
  public static String since(String instant, Instant now) {
    return instant.isEmpty() ? "-" : words(Duration.between(Instant.parse(instant), now)) + " ago";
  }
}
