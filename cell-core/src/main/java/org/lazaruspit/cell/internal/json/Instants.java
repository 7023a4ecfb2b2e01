package org.lazaruspit.cell.internal.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Parses instants in files: {@code 2026-01-31T09:30:00Z}, with up to nine digits of a second's
 * fraction, and {@code Z} or an offset of less than 18 hours. Stricter than {@link Instant#parse},
 * since other programs read the same files, and faster.
 */
public final class Instants {
  private static final String SHAPE = "dddd-dd-ddTdd:dd:dd";
  private static final int NANO_DIGITS = 9;

  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant END = Instant.parse("9999-12-31T23:59:59Z").plusSeconds(1);

  private Instants() {}

  /** Returns the instant, or null if the text is malformed. */
  static @Nullable Instant parse(String text) {
    if (!fits(text, 0, SHAPE)) {
      return null;
    }
    int hour = number(text, 11, 13);
    int minute = number(text, 14, 16);
    int second = number(text, 17, 19);
    int end = endOfFraction(text);
    int offset = end < 0 ? Integer.MIN_VALUE : offset(text, end);
    if (hour > 23 || minute > 59 || second > 59 || offset == Integer.MIN_VALUE) {
      return null;
    }
    try {
      long day =
          LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10)).toEpochDay();
      long seconds = day * 86_400 + hour * 3600L + minute * 60L + second - offset;
      Instant instant = Instant.ofEpochSecond(seconds, nanos(text, end));
      return isWritable(instant) ? instant : null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Returns whether the instant is in the years 0000 to 9999: its text has the shape of a file. */
  public static boolean isWritable(Instant instant) {
    return !instant.isBefore(FIRST) && instant.isBefore(END);
  }

  private static boolean fits(String text, int from, String shape) {
    if (text.length() < from + shape.length()) {
      return false;
    }
    for (int i = 0; i < shape.length(); i++) {
      char c = text.charAt(from + i);
      if (shape.charAt(i) == 'd' ? !isDigit(c) : c != shape.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static int number(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      number = number * 10 + text.charAt(i) - '0';
    }
    return number;
  }

  /** Returns the end of the second's fraction, or a negative number if it is malformed. */
  private static int endOfFraction(String text) {
    int at = SHAPE.length();
    if (at == text.length() || text.charAt(at) != '.') {
      return at;
    }
    int end = at + 1;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    int digits = end - at - 1;
    return digits == 0 || digits > NANO_DIGITS ? -1 : end;
  }

  private static int nanos(String text, int end) {
    int from = SHAPE.length() + 1;
    if (end < from) {
      return 0;
    }
    int nanos = number(text, from, end);
    for (int digits = end - from; digits < NANO_DIGITS; digits++) {
      nanos *= 10;
    }
    return nanos;
  }

  /** Returns seconds east of Greenwich, or the least number if the offset is malformed. */
  private static int offset(String text, int at) {
    if (text.length() == at + 1 && text.charAt(at) == 'Z') {
      return 0;
    }
    boolean east = text.length() == at + 6 && fits(text, at, "+dd:dd");
    boolean west = text.length() == at + 6 && fits(text, at, "-dd:dd");
    if (!east && !west) {
      return Integer.MIN_VALUE;
    }
    int hours = number(text, at + 1, at + 3);
    int minutes = number(text, at + 4, at + 6);
    if (hours > 17 || minutes > 59) {
      return Integer.MIN_VALUE;
    }
    int seconds = hours * 3600 + minutes * 60;
    return east ? seconds : -seconds;
  }
}
