package org.lazaruspit.heartbeat;

/** Syntax of agent ids. */
final class AgentIds {
  private static final int SHOWN = 40;

  private final int maxLength;

  AgentIds(int maxLength) {
    this.maxLength = maxLength;
  }

  boolean isValid(String id) {
    if (id.isEmpty() || id.length() > maxLength || id.charAt(0) == '.' || id.charAt(0) == '-') {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      boolean digit = c >= '0' && c <= '9';
      if (!letter && !digit && c != '_' && c != '.' && c != '-') {
        return false;
      }
    }
    return true;
  }

  String expected(String id) {
    String shown =
        id.length() > SHOWN ? id.substring(0, SHOWN) + "... (" + id.length() + " characters)" : id;
    return "agent id: \""
        + shown
        + "\" is not 1 to "
        + maxLength
        + " letters, digits, dots, hyphens and underscores that start with a letter, digit or underscore";
  }
}
