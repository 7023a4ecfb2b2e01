package org.lazaruspit.examples.pit.text;

import java.util.Locale;

/**
 * Escapes text that could steer a terminal. Names of missions and agents come from files that
 * others write: an escape sequence could hide a line, or mislead an operator about an approval.
 */
public final class PlainText {

  private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final int ZERO_WIDTH_JOINER = 0x200d;

  private PlainText() {}

  /** Returns the text with invisible characters as {@code \\u001b}. */
  public static String of(String text) {
    return escaped(text, false);
  }

  /** Returns the same document, with line ends kept: all else to escape is inside of strings. */
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

  /** Returns whether a character is a control, a line end, a mark of direction or invisible. */
  private static boolean steers(int c, boolean keepLines) {
    return switch (Character.getType(c)) {
      case Character.CONTROL -> c != '\n' || !keepLines;
      case Character.FORMAT -> c != ZERO_WIDTH_JOINER && c != ZERO_WIDTH_NON_JOINER;
      case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> true;
      default -> false;
    };
  }
}
