package org.lazaruspit.cell.internal.json;

/** Rule for ids of agents, tasks and operators: {@code [A-Za-z0-9_][A-Za-z0-9._-]{0,127}}. */
public final class Identifiers {
  static final String PATTERN = "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}";
  private static final int MAX_LENGTH = 128;

  private Identifiers() {}

  public static boolean isValid(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH || !startsWell(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!startsWell(c) && c != '.' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean startsWell(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  public static String require(String what, String text) {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          what + ": \"" + text + "\" is not an identifier (" + PATTERN + ")");
    }
    return text;
  }
}
