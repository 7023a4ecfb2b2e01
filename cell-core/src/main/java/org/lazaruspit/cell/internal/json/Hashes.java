package org.lazaruspit.cell.internal.json;

/** Rule for SHA-256 hashes in files: 64 lower-case hexadecimal digits. */
public final class Hashes {
  private static final int LENGTH = 64;

  private Hashes() {}

  public static boolean isValid(String text) {
    return text.length() == LENGTH
        && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }
}
