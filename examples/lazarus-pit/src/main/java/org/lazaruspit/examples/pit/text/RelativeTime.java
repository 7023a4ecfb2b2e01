package org.lazaruspit.examples.pit.text;

import java.time.Duration;
import java.time.Instant;

/** Durations and times as text. */
public final class RelativeTime {

  private RelativeTime() {}

  /** Returns the two largest units, for example {@code 2 h 5 min}. */
  public static String of(Duration duration) {
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

  /** Returns for example {@code 1 cell} or {@code 2 cells}. */
  public static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  /** Returns for example {@code 12 s ago}; a dash for an empty text. */
  public static String since(String instant, Instant now) {
    return instant.isEmpty() ? "-" : of(Duration.between(Instant.parse(instant), now)) + " ago";
  }
}
