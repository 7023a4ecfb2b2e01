package org.lazaruspit.examples.pit.text;

import java.util.Locale;

/**
 * Text that cannot steer a terminal. Names of missions and agents come from files that others
 * write: an escape sequence in one could hide a line, or change what a person believes to approve.
 */
public final class PlainText {

  private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final int ZERO_WIDTH_JOINER = 0x200d;

  private PlainText() {}

  /** The same with everything that is not seen as itself written as {@code \\u001b}. */
  public static String of(String text) {
    return escaped(text, false);
  }

  /** The same document: but for its line ends, what is escaped stands only inside of strings. */
  public static String escapedJson(String document) {
    return escaped(document, true);
  }

  private static String escaped(String text, boolean keepLines) {
    if (text.codePoints().noneMatch(c -> steers(c, keepLines))) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              if (steers(c, keepLines)) {
                for (char unit : Character.toChars(c)) {
                  plain.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
              } else {
                plain.appendCodePoint(c);
              }
            });
    return plain.toString();
  }

  /** Controls of both sets, line ends, what turns the direction of writing, and what is unseen. */
  private static boolean steers(int c, boolean keepLines) {
    return switch (Character.getType(c)) {
      case Character.CONTROL -> c != '\n' || !keepLines;
      case Character.FORMAT -> c != ZERO_WIDTH_JOINER && c != ZERO_WIDTH_NON_JOINER;
      case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> true;
      default -> false;
    };
  }
}
