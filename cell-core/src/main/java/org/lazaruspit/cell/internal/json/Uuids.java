package org.lazaruspit.cell.internal.json;

/** Rule for UUIDs in files: 8-4-4-4-12 hexadecimal digits. */
public final class Uuids {
  private static final int LENGTH = 36;

  private Uuids() {}

  /**
   * Checks the form more strictly than {@link java.util.UUID#fromString}, which accepts shorter
   * groups.
   */
  public static boolean isValid(String text) {
    if (text.length() != LENGTH) {
      return false;
    }
    for (int i = 0; i < LENGTH; i++) {
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash ? text.charAt(i) != '-' : !isHex(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }
}
