package org.lazaruspit.examples.pit;

import java.util.Locale;

/**
 * Text that cannot steer a terminal. Names of missions and agents come from files that others
 * write: an escape sequence in one could hide a line, or change what a person believes to approve.
 */
final class PlainText {

  private PlainText() {}

  /** The same with everything that is not seen as itself written as {@code \\u001b}. */
  static String of(String text) {
    return escaped(text, true);
  }

  /** The same of some lines. */
  static String lines(String text) {
    return escaped(text, false);
  }

  /** The same document: what is escaped stands only inside of its strings. */
  static String escapedJson(String document) {
    return escaped(document, false);
  }

  private static String escaped(String text, boolean lines) {
    StringBuilder plain = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean bad = steers(c) && (lines || c != '\n');
      if (bad && plain == null) {
        plain = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (plain != null) {
        plain.append(bad ? String.format(Locale.ROOT, "\\u%04x", (int) c) : String.valueOf(c));
      }
    }
    return plain == null ? text : plain.toString();
  }

  /** Controls of both sets, line ends of Unicode, and what turns the direction of writing. */
  private static boolean steers(char c) {
    return Character.isISOControl(c)
        || (c >= '\u200e' && c <= '\u200f')
        || (c >= '\u2028' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069')
        || c == '\u061c'
        || c == '\ufeff';
  }
}
