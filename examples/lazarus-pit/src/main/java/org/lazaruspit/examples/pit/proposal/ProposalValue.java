package org.lazaruspit.examples.pit.proposal;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses values in a cell of a table or behind a colon. Pure. */
final class ProposalValue {
  private static final int LONGEST = 1000;
  private static final Set<String> NOTHING = Set.of("", "-", "–", "—", "none", "n/a");
  private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?) ?([a-z]+)");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "s", Duration.ofSeconds(1),
          "sec", Duration.ofSeconds(1),
          "second", Duration.ofSeconds(1),
          "min", Duration.ofMinutes(1),
          "minute", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "hour", Duration.ofHours(1),
          "d", Duration.ofDays(1),
          "day", Duration.ofDays(1),
          "week", Duration.ofDays(7));

  private ProposalValue() {}

  /** Returns the text without code marks, bold and backslashes before punctuation. */
  static String plain(String text) {
    String bare = text.strip();
    if (bare.length() > 1 && bare.startsWith("`") && bare.endsWith("`")) {
      return within(bare, '`');
    }
    if (bare.length() > 4 && bare.startsWith("**") && bare.endsWith("**")) {
      bare = within(bare, '*');
    }
    return bare.replaceAll("\\\\(\\p{Punct})", "$1");
  }

  private static String within(String text, char mark) {
    int from = 0;
    int to = text.length();
    while (from < to && text.charAt(from) == mark) {
      from++;
    }
    while (to > from && text.charAt(to - 1) == mark) {
      to--;
    }
    return text.substring(from, to).strip();
  }

  /** Returns the text; empty with a problem if it is a placeholder or too long. */
  static String checked(String text, int line, ProposalFindings findings) {
    if (placeholder(text)) {
      findings.error(line, ProposalFindings.quoted(text), "filled-in text, or none");
      return "";
    }
    if (text.length() > LONGEST) {
      findings.error(line, text.length() + " characters", "at most " + LONGEST + " in one value");
      return "";
    }
    return text;
  }

  static boolean placeholder(String text) {
    return text.length() > 1 && text.startsWith("{") && text.endsWith("}");
  }

  /** Returns the text; empty if it stands for no value. */
  static String orNothing(String text) {
    return NOTHING.contains(text.toLowerCase(Locale.ROOT)) ? "" : text;
  }

  /** Returns the parts between commas or semicolons. */
  static List<String> list(String text) {
    return Arrays.stream(text.split("[,;]", -1))
        .map(part -> plain(part))
        .filter(part -> !part.isEmpty())
        .toList();
  }

  /** Returns a duration such as {@code 1 h 30 min}, or null if the text is invalid. */
  static @Nullable Duration duration(String given) {
    String text = given.strip().toLowerCase(Locale.ROOT);
    Matcher amounts = AMOUNT.matcher(text);
    Duration sum = Duration.ZERO;
    int at = 0;
    while (at < text.length() && amounts.find(at) && amounts.start() == at) {
      Duration one = unit(amounts.group(2));
      if (one == null) {
        return null;
      }
      BigDecimal seconds =
          new BigDecimal(amounts.group(1)).multiply(BigDecimal.valueOf(one.toSeconds()));
      if (seconds.stripTrailingZeros().scale() > 0) {
        return null;
      }
      sum = sum.plusSeconds(seconds.longValue());
      at = amounts.end();
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == ',')) {
        at++;
      }
    }
    return at == text.length() && !sum.isZero() ? sum : null;
  }

  private static @Nullable Duration unit(String name) {
    Duration unit = UNITS.get(name);
    return unit == null && name.endsWith("s")
        ? UNITS.get(name.substring(0, name.length() - 1))
        : unit;
  }
}
